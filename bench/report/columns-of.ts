/** A pipe gets 100. Longer lines than 120 are hard to read, however wide the window is. */
export const columnsOf = ({ columns }: { columns?: number }): number => Math.min(columns || 100, 120)
