import Table from 'cli-table3'

export type TableColumn = { head: string; align: 'left' | 'right'; cells: string[] }

/** The one look of all tables on the screen. */
export const renderBordered = (columns: TableColumn[]): string => {
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align }) => align),
    style: { head: [], border: [], compact: true },
  })
  const rows = columns[0]?.cells.length ?? 0
  table.push(...Array.from({ length: rows }, (_, row) => columns.map(({ cells }) => cells[row] ?? '')))
  return table.toString()
}

/**
 * A table that is wider than the screen becomes several, each of which begins with the first column: a terminal that
 * wraps lines makes a wide one unreadable. It breaks between groups, and inside one only where that alone is too wide.
 */
export const renderFolded = (key: TableColumn, groups: TableColumn[][], width: number): string => {
  const room = width - 1 - widthOf([key])
  const tables: TableColumn[][] = []
  let open: TableColumn[] = []
  const close = (): void => {
    if (open.length > 0) tables.push(open)
    open = []
  }
  for (const group of groups.flatMap((columns) =>
    widthOf(columns) > room ? columns.map((column) => [column]) : [columns],
  )) {
    if (widthOf([...open, ...group]) > room) close()
    open.push(...group)
  }
  close()
  return tables.map((columns) => renderBordered([key, ...columns])).join('\n')
}

/** A blank on either side of the text, and the line to its right. */
const widthOf = (columns: TableColumn[]): number =>
  columns.reduce((sum, { head, cells }) => sum + longestLine([head, ...cells]) + 3, 0)

const longestLine = (texts: string[]): number =>
  Math.max(...texts.flatMap((text) => text.split('\n').map((line) => line.length)))
