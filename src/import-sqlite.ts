/** Node 22 warns that node:sqlite is experimental; store and locks use nothing of it that may change. */
export async function importSqlite() {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return await import('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
