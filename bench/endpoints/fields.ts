/** Looking into JSON that any server may have written. */
export type Fields = Record<string, unknown>

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null
export const fieldsOf = (value: unknown): Fields | undefined => (isFields(value) ? value : undefined)
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined
export const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])
