import { isFields } from './fields.ts'

/** A body with further fields. Objects in both, such as Ollama's `options`, are joined. */
export const mergeBody = (body: object, extra: Record<string, unknown> | undefined): object => {
  if (extra === undefined) return body
  const own = body as Record<string, unknown>
  const joined = Object.entries(extra).map(([name, value]) => [
    name,
    isFields(value) && !Array.isArray(value) && isFields(own[name]) ? { ...own[name], ...value } : value,
  ])
  return { ...own, ...Object.fromEntries(joined) }
}
