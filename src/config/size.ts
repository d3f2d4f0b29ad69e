import { z } from 'zod'

const unitBytes = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const
const pattern = /^(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?$/i

/** Bytes, or `512k`, `8MiB`, `1g` (powers of 1024). */
export const byteSize = z.union([z.string(), z.int().positive()]).transform((value, context) => {
  if (typeof value === 'number') return value
  const match = pattern.exec(value.trim())
  const bytes = match
    ? Math.floor(Number(match[1]) * unitBytes[match[2]!.toLowerCase() as keyof typeof unitBytes])
    : 0
  if (bytes > 0) return bytes
  context.addIssue({ code: 'custom', message: `"${value}" is not a size; write 16MiB or a number of bytes` })
  return z.NEVER
})
