import { openSync, readSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

/** What the machine says of itself, in milliseconds since some start. All of it is cheap enough for every step. */
export type MachineLoad = {
  readonly cores: number
  now(): number
  /** Processor time of this process, all threads together. */
  own(): number
  /** Time that the cores did nothing, all of them together. */
  idle(): number
  /** Threads that run or could run in this moment, the caller included; undefined where no system call tells. */
  running: (() => number) | undefined
}

/** Undefined where the numbers are of a machine that is only partly ours: a container with fewer cores. */
export function openMachineLoad(): MachineLoad | undefined {
  const cores = cpus().length
  if (cores === 0 || availableParallelism() !== cores) return undefined
  const own = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
  const portable = { cores, own, now: () => performance.now(), idle: () => sumIdle(), running: undefined }
  return process.platform === 'linux' ? { ...portable, ...openProc() } : portable
}

/** 27 us a core. */
const sumIdle = (): number => cpus().reduce((sum, { times }) => sum + times.idle, 0)

/** Under 2 us a call. Sandboxes that imitate /proc (gVisor) say that nothing runs, though the reader does. */
function openProc(): Pick<MachineLoad, 'idle' | 'running'> | undefined {
  try {
    const load = createReader('/proc/loadavg')
    const uptime = createReader('/proc/uptime')
    // "0.80 1.06 0.60 1/146 3411": one of 146 threads runs.
    const running = () => Number.parseInt(load().split(' ', 4)[3]!, 10)
    // "13626.13 12896.09": seconds since the start, and idle ones.
    const idle = () => Number.parseFloat(uptime().split(' ', 2)[1]!) * 1000
    return running() > 0 && idle() >= 0 ? { running, idle } : undefined
  } catch {
    return undefined
  }
}

/** Its file stays open as long as the process. */
function createReader(path: string): () => string {
  const file = openSync(path, 'r')
  const buffer = Buffer.alloc(64)
  return () => buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0))
}
