/** What a line of pip's output means to somebody who waits; undefined for what says nothing to them. */
export function describePipLine(line: string): string | undefined {
  const text = line.trim()
  const download = /^Downloading (?:.*\/)?([A-Za-z0-9_.]+?)-\d\S* \(([^)]+)\)/.exec(text)
  if (download) return `downloading ${download[1]} (${download[2]})`
  const collected = /^(?:Collecting|Processing) (?:.*\/)?([A-Za-z0-9_.-]+?)(?:-\d\S*|\[|[<>=!~; ]|$)/.exec(
    text,
  )
  if (collected) return `preparing ${collected[1]}`
  const building = /^Building wheels? for (?:collected packages: )?([A-Za-z0-9_.-]+)/.exec(text)
  if (building) return `building ${building[1]}`
  const installing = /^Installing collected packages: (.+)/.exec(text)
  if (installing) return `installing ${describeNames(installing[1]!.split(',').map((name) => name.trim()))}`
  return undefined
}

/** pip installs what others need first: the last ones are what was asked for. */
const describeNames = (names: string[]) =>
  names.length <= 3 ? names.join(', ') : `${names.length} packages, ${names.slice(-2).join(', ')} among them`
