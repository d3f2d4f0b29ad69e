import type { RE2JS } from 're2js'

/** An instruction of a compiled RE2 program, as in Go's regexp/syntax.Inst. */
type Instruction = { op: number; out: number; arg: number; matchRune(rune: number): boolean }
type Program = { inst: Instruction[]; start: number }

const operations = {
  alternative: 1,
  alternativeMatch: 2,
  capture: 3,
  emptyWidth: 4,
  fail: 5,
  match: 6,
  nothing: 7,
  rune: 8,
  oneRune: 9,
  anyRune: 10,
  anyRuneButNewline: 11,
}
const known = new Set(Object.values(operations))

/**
 * Where a pattern's matches may begin and go on: an automaton that knows what the text so far may still become.
 * Borders (`\b`, `^`, `$`) count as fulfilled, so it says "maybe" too often, never too seldom.
 */
export type PatternProgram = {
  /** Instructions that wait for a rune, and `matches` when the pattern may end here. */
  start: PatternSet
  /** What is left of `from`, with or without a new beginning, after one more rune. */
  step(from: readonly number[], rune: number): PatternSet
}
export type PatternSet = { waiting: readonly number[]; matches: boolean }

/** Reads the program that re2js compiled; undefined when this version of re2js keeps it differently. */
export function readPatternProgram(pattern: RE2JS): PatternProgram | undefined {
  const { prog } = pattern.re2Input as unknown as { prog?: Program }
  if (!prog || !Array.isArray(prog.inst) || !prog.inst.every(({ op }) => known.has(op))) return undefined
  const { inst } = prog
  const follow = (starts: Iterable<number>): PatternSet => {
    const seen = new Set<number>()
    const waiting: number[] = []
    const open = [...starts]
    let matches = false
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue
      seen.add(at)
      const { op, out, arg } = inst[at]!
      if (op >= operations.rune) waiting.push(at)
      else if (op === operations.match) matches = true
      else if (op !== operations.fail) open.push(out)
      if (op === operations.alternative || op === operations.alternativeMatch) open.push(arg)
    }
    return { waiting: waiting.toSorted((one, other) => one - other), matches }
  }
  const accepts = (instruction: Instruction, rune: number) =>
    instruction.op === operations.anyRune ||
    (instruction.op === operations.anyRuneButNewline ? rune !== 10 : instruction.matchRune(rune))
  return {
    start: follow([prog.start]),
    step: (from, rune) => follow(from.filter((at) => accepts(inst[at]!, rune)).map((at) => inst[at]!.out)),
  }
}
