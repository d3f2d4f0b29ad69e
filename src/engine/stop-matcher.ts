export type StopMatcher = {
  /**
   * `text` may leave now. After `stopped`, everything from the stop string on is gone. With `armed` false none stops
   * that ends in this text; one that begins in it and ends later does.
   */
  push(text: string, armed?: boolean): { text: string; stopped: boolean }
  /** What was held back, once no more text can come. */
  flush(): string
}

type Automaton = { stop: string; fallback: Uint32Array; matched: number }

/** Knuth-Morris-Pratt: each character is looked at once, however long the stop string is. */
function createAutomaton(stop: string): Automaton {
  const fallback = new Uint32Array(stop.length)
  for (let index = 1, length = 0; index < stop.length; index++) {
    while (length > 0 && stop[index] !== stop[length]) length = fallback[length - 1]!
    if (stop[index] === stop[length]) length++
    fallback[index] = length
  }
  return { stop, fallback, matched: 0 }
}

function advance(automaton: Automaton, character: string): boolean {
  const { stop, fallback } = automaton
  while (automaton.matched > 0 && stop[automaton.matched] !== character) {
    automaton.matched = fallback[automaton.matched - 1]!
  }
  if (stop[automaton.matched] === character) automaton.matched++
  return automaton.matched === stop.length
}

/** Holds back the longest end of the text that may still become a stop string. */
export function createStopMatcher(stops: readonly string[]): StopMatcher {
  const automata = stops.filter((stop) => stop !== '').map(createAutomaton)
  let held = ''
  if (automata.length === 0) return { push: (text) => ({ text, stopped: false }), flush: () => '' }
  return {
    push(text, armed = true) {
      for (let index = 0; index < text.length; index++) {
        // Every automaton must see the character, so no short cut at the first match.
        const complete = automata.filter((automaton) => advance(automaton, text[index]!))
        if (complete.length === 0) continue
        if (!armed) {
          for (const automaton of complete) automaton.matched = automaton.fallback[automaton.stop.length - 1]!
          continue
        }
        const longest = Math.max(...complete.map((automaton) => automaton.stop.length))
        const seen = held + text.slice(0, index + 1)
        held = ''
        return { text: seen.slice(0, seen.length - longest), stopped: true }
      }
      const all = held + text
      const keep = Math.max(...automata.map((automaton) => automaton.matched))
      held = keep === 0 ? '' : all.slice(-keep)
      return { text: keep === 0 ? all : all.slice(0, -keep), stopped: false }
    },
    flush() {
      const rest = held
      held = ''
      return rest
    },
  }
}
