/** Counts what found no room, and tells of it once it is over. */
export function createGap(onDropped: (dropped: number) => void) {
  let total = 0
  let open = 0
  return {
    get isOpen() {
      return open > 0
    },
    dropped: () => total,
    drop() {
      total += 1
      open += 1
      if (open === 1) onDropped(0)
    },
    close() {
      if (open === 0) return
      const dropped = open
      open = 0
      onDropped(dropped)
    },
  }
}
