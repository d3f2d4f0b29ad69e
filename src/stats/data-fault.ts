/** SQLite: too big, constraint, mismatch. */
const sqliteCodes = new Set([18, 19, 20])

/** The database is well and refuses this very row. What is away, locked, corrupt or full is none of that. */
export function isDataFault(cause: unknown): boolean {
  const { code, errcode } = (cause ?? {}) as { code?: unknown; errcode?: unknown }
  if (typeof errcode === 'number') return sqliteCodes.has(errcode & 0xff)
  // PostgreSQL: data exceptions and violated constraints.
  return typeof code === 'string' && /^2[23][0-9A-Z]{3}$/.test(code)
}
