import {
  goodStream,
  startOddServer,
  startStream,
  type OddServer,
} from '../../bench/wire/odd-server.test-kit.ts'
import { runCommand } from '../../src/cli/run-command.test-kit.ts'
import Bench from '../bench.ts'

/** The most that it answers at one time may be changed; what comes beyond is refused. */
export type LimitedServer = OddServer & { capacity: number }

export const startLimitedServer = async (capacity: number, tookMs: number): Promise<LimitedServer> => {
  let busy = 0
  const server: LimitedServer = Object.assign(
    await startOddServer((response) => {
      if (busy >= server.capacity) return response.writeHead(503).end('full')
      busy += 1
      setTimeout(() => {
        // Before the last byte leaves, so that the connection's next request finds its place free.
        busy -= 1
        startStream(response).end(goodStream(4))
      }, tookMs)
    }),
    { capacity },
  )
  return server
}

/** `sluice bench` itself, in this process. */
export const runBenchCommand = (url: string, ...argv: string[]) =>
  runCommand(Bench, ['--url', url, '--no-floor', '--threads', '1', ...argv])
