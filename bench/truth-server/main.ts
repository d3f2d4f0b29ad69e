/** The truth server by itself, for any tool: `node bench/truth-server/main.ts 8099 50 200 20`. */
import { startTruthServer } from './truth-server.ts'

const [port = 0, tokens = 50, firstMs = 200, gapMs = 20] = process.argv.slice(2).map(Number)
const server = await startTruthServer({ tokens, firstMs, gapMs }, port)
if (process.send === undefined) process.stdout.write(`${server.url}\n`)
else process.send(server.url)
// A parent that goes away takes its server with it.
process.once('disconnect', () => process.exit())
