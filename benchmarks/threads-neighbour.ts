import { spawn } from 'node:child_process'
import { once } from 'node:events'

export type Neighbour = { leave(): Promise<void> }

/** A process that keeps one core busy, in a session of its own as another user's would be. */
export async function startNeighbour(): Promise<Neighbour> {
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("."); for (;;);'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  await once(child.stdout, 'data')
  return {
    async leave() {
      child.kill()
      await once(child, 'exit')
    },
  }
}
