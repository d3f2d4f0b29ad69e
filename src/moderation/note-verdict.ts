import type { Verdict } from './judge.ts'
import type { Flags } from './text-stage.ts'

/** The filter's name, and with it the categories that it was given, as `name:category`. */
export function noteVerdict(flags: Flags, name: string, verdict: Verdict): void {
  if (verdict.unchecked) flags.add(`${name}:unchecked`)
  if (verdict.action === 'allow') return
  flags.add(name)
  for (const category of verdict.categories ?? []) flags.add(`${name}:${category}`)
}
