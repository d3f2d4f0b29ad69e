import { readFile } from 'node:fs/promises'
import { freemem } from 'node:os'

/**
 * Bytes that this process may still take: what the machine has free, or what the container's limit leaves,
 * whichever is less. Cached file pages count as free, because the kernel gives them back on demand;
 * `process.availableMemory` counts them as used inside a container.
 */
export async function readAvailableMemory(): Promise<number> {
  const [machine, container] = await Promise.all([readMachine(), readContainer()])
  return Math.min(machine, container)
}

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')

const readField = (text: string, pattern: RegExp): number | undefined => {
  const found = pattern.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}

async function readMachine(): Promise<number> {
  const kilobytes = readField(await readText('/proc/meminfo'), /^MemAvailable:\s+(\d+) kB/m)
  return kilobytes === undefined ? freemem() : kilobytes * 1024
}

async function readContainer(): Promise<number> {
  const place = /^0::(.*)$/m.exec(await readText('/proc/self/cgroup'))?.[1] ?? '/'
  const folder = (await readText(`/sys/fs/cgroup${place}/memory.max`)) === '' ? '' : place
  const read = (name: string) => readText(`/sys/fs/cgroup${folder}/${name}`)
  const [limit, used, details] = await Promise.all([
    read('memory.max'),
    read('memory.current'),
    read('memory.stat'),
  ])
  const bytes = readField(limit, /^(\d+)/)
  if (bytes === undefined) return Number.POSITIVE_INFINITY
  const cachedPages = readField(details, /^file (\d+)$/m) ?? 0
  const unreclaimable = readField(details, /^shmem (\d+)$/m) ?? 0
  return bytes - (Number(used) - Math.max(0, cachedPages - unreclaimable))
}
