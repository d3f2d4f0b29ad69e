import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type NullProcess = { url: string; stop(): void }

const startLimitMs = 5000

/** The null server in a process of its own, as servers are: in ours it would be late together with us. */
export const startNullProcess = async (): Promise<NullProcess> => {
  const file = import.meta.url.endsWith('.ts') ? './null-server-main.ts' : './null-server-main.js'
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), { stdio: 'ignore', execArgv: [] })
  // `disconnect` is its signal to go; a kill could reach it before it listens for anything.
  const stop = (): void => {
    if (child.connected) child.disconnect()
    child.unref()
  }
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it did not start in time')), startLimitMs)
    child.once('message', (message) => {
      clearTimeout(timer)
      resolve(message as string)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`it ended with code ${code}`)))
  }).catch((cause: unknown) => {
    stop()
    throw cause
  })
  return { url, stop }
}
