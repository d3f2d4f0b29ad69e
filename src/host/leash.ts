import { Worker } from 'node:worker_threads'

/**
 * A thread of its own, because the main one may be stuck (in a model's chat template, say) when the parent dies,
 * and then never hears that the channel has closed. Plain JavaScript: loading TypeScript would cost it 40 MB.
 * As it is it costs 10 MB of private memory and 40 ms of one core at the start (Node 24, Linux).
 */
const guard = `
const { workerData } = require('node:worker_threads')
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL')
}, 1000)
`

/**
 * Ends this process when its parent has gone, kill -9 included: the operating system closes the IPC channel.
 * Without a channel there is no parent to follow. `cleanUp` must not wait for anything.
 */
export function followParent(cleanUp: () => void): void {
  if (process.send === undefined) return
  process.once('disconnect', () => endNow(cleanUp))
  const thread = new Worker(guard, {
    eval: true,
    workerData: process.ppid,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16, stackSizeMb: 1 },
  })
  // The channel alone still does it.
  thread.on('error', () => undefined)
  thread.unref()
}

/** `process.exit` would wait for the decode in flight, and run destructors under the threads that do it. */
export function endNow(cleanUp: () => void): never {
  cleanUp()
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
}
