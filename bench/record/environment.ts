import { arch, cpus, release, totalmem, type } from 'node:os'
import type { Environment } from '../result.ts'

export const readEnvironment = (): Environment => {
  const processors = cpus()
  return {
    node: process.version,
    os: `${type()} ${release()}`,
    arch: arch(),
    cpu_model: processors[0]?.model.trim() ?? 'unknown',
    cpus: processors.length,
    memory_bytes: totalmem(),
  }
}
