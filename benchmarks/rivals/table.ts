import type { Judgement, Remark } from './judge.ts'

/** `by tool, then by behaviour` is how they were measured; the table is the other way round. */
export type Cell = { tool: string; behaviour: string; judgement: Judgement }

export const tableOf = (
  tools: string[],
  behaviours: { name: string; says: string }[],
  cells: Cell[],
): string => {
  const row = ({ name, says }: { name: string; says: string }): string => {
    const texts = tools.map((tool) => {
      const cell = cells.find((one) => one.tool === tool && one.behaviour === name)
      return cell === undefined ? '-' : textOf(cell.judgement)
    })
    return `| \`${name}\`: ${says} | ${texts.join(' | ')} |`
  }
  const head = `| behaviour | ${tools.join(' | ')} |\n|${'---|'.repeat(tools.length + 1)}`
  return `${head}\n${behaviours.map(row).join('\n')}`
}

export const textOf = (judgement: Judgement): string => {
  if (judgement.kind === 'no report') return `${judgement.lost ? '✗' : '○'} no report (${judgement.why})`
  if (judgement.kind === 'failures') {
    const { succeeded, failed, requests } = judgement
    if (succeeded > 0) return `✗ **${succeeded} of ${requests} succeeded**`
    return failed === requests ? '✓' : `✗ ${failed} of ${requests} failed`
  }
  const { remarks } = judgement
  const errors = remarks.filter(({ kind }) => kind === 'error')
  const mark = errors.length > 0 ? '✗' : remarks.some(({ kind }) => kind === 'missing') ? '○' : '✓'
  return [mark, remarks.map(remarkText).join(', ')].join(' ').trim()
}

const remarkText = ({ metric, said, truth, kind }: Remark): string => {
  if (kind === 'missing') return `no ${metric}`
  if (kind === 'definition') return `${metric} ${number(said)} (d)`
  return `**${metric} ${number(said)}**, true ${number(truth)}`
}

const number = (value: number): string =>
  value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1)
