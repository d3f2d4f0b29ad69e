import type { PatternProgram } from './pattern-program.ts'

/** What the text up to here may still become. */
type State = {
  /** No match that began so far can go on. */
  isClear: boolean
  /** A match may have ended with the last rune. */
  matches: boolean
  waiting: readonly number[]
  ascii: (State | undefined)[]
  others: Map<number, State>
}

/** As in RE2: beyond it the states are forgotten and made again. */
const maxStates = 2000
const maxOthers = 500

/** Built while text is read, shared by all texts: one table look-up per character in the usual case. */
export type PatternOutlook = { begin(): State; next(state: State, rune: number): State }

export function createPatternOutlook(program: PatternProgram): PatternOutlook {
  let states = new Map<string, State>()
  const intern = (waiting: readonly number[], isClear: boolean, matches: boolean): State => {
    const key = `${isClear ? 1 : 0}${matches ? 1 : 0}${waiting.join()}`
    let state = states.get(key)
    if (!state) {
      if (states.size >= maxStates) states = new Map()
      state = { isClear, matches, waiting, ascii: [], others: new Map() }
      for (let rune = 0; rune < 128; rune += 1) state.ascii.push(undefined)
      states.set(key, state)
    }
    return state
  }
  const compute = (state: State, rune: number): State => {
    const { waiting, matches } = program.step(state.waiting, rune)
    const all = [...new Set([...waiting, ...program.start.waiting])].toSorted((one, other) => one - other)
    // Where a match ends, one more character must be seen: it may forbid the border.
    return intern(all, waiting.length === 0 && !matches, matches)
  }
  return {
    begin: () => intern(program.start.waiting, true, false),
    next(state, rune) {
      const known = rune < 128 ? state.ascii[rune] : state.others.get(rune)
      if (known) return known
      const next = compute(state, rune)
      if (rune < 128) state.ascii[rune] = next
      else {
        if (state.others.size >= maxOthers) state.others.clear()
        state.others.set(rune, next)
      }
      return next
    },
  }
}
