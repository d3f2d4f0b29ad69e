import { constants } from 'node:os'
import type { Terminal } from './terminal.ts'

/** The terminal comes back however the process ends. Returns how to stop guarding, which restores it too. */
export function guardTerminal(terminal: Terminal): () => void {
  const leave = (signal: NodeJS.Signals) => {
    terminal.restore()
    process.exit(128 + constants.signals[signal])
  }
  const interrupt = () => terminal.interrupt()
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', leave)
  process.on('SIGHUP', leave)
  // Runs after an uncaught error as well.
  process.on('exit', terminal.restore)
  return () => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', leave)
    process.off('SIGHUP', leave)
    process.off('exit', terminal.restore)
    terminal.restore()
  }
}
