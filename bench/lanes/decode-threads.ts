import { AppError } from '../../src/errors.ts'

/** More than any machine's cores would carry at once; a run uses no more of them than the machine has. */
const most = 256

export const decodeThreads = (text: string): number | 'auto' => {
  if (text === 'auto') return 'auto'
  const count = /^\d+$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= most) return count
  throw new AppError(
    'invalid_request',
    `--threads must be auto or a whole number from 1 to ${most}, not "${text}"`,
    {
      param: 'threads',
    },
  )
}
