import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createSandbox, type Sandbox } from './sandbox.ts'

/** A sandbox that is gone when the test that asked for it is over. */
export function openSandbox(environment?: Record<string, string>): Sandbox {
  const sandbox = createSandbox(environment)
  onTestFinished(() => sandbox.remove())
  return sandbox
}

/** The same with a daemon that runs with this config. */
export async function serveWith(config: object): Promise<Sandbox & { base: string }> {
  const sandbox = openSandbox()
  writeFileSync(join(sandbox.home, 'config.yaml'), JSON.stringify(config))
  const served = await sandbox.sluice('serve')
  if (served.code !== 0) throw new Error(served.stderr)
  return { ...sandbox, base: sandbox.daemonFile().base_url }
}
