import type { BenchResult } from '../../../result.ts'
import { markup, type Markup } from '../markup.ts'

export const renderNotes = (notes: string[]): Markup | undefined =>
  notes.length === 0
    ? undefined
    : markup`<section>
        <h2>Notes</h2>
        <ul class="card notes">
          ${notes.map((note) => markup`<li>${note}</li>`)}
        </ul>
      </section>`

/** What is true of every load. */
export const notesOfAll = (results: BenchResult[]): string[] => {
  const [first, ...others] = results as [BenchResult, ...BenchResult[]]
  return first.notes.filter((note) => others.every(({ notes }) => notes.includes(note)))
}

/** What is true of this load only stands with it. */
export const notesOfOne = (result: BenchResult, results: BenchResult[]): string[] => {
  const shared = new Set(notesOfAll(results))
  return result.notes.filter((note) => !shared.has(note))
}
