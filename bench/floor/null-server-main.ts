/** The null server by itself: `node bench/floor/null-server-main.ts 8098`. */
import { startNullServer } from './null-server.ts'

const { url } = await startNullServer(Number(process.argv[2] ?? 0))
if (process.send === undefined) process.stdout.write(`${url}\n`)
else process.send(url)
// Ctrl-C goes to the whole group of processes; the load generator says when this one is done.
if (process.send !== undefined)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
// A parent that goes away takes its server with it.
process.once('disconnect', () => process.exit())
