/** UTC days are numbered from 1970, months from year 0; both as in the Lua of `redis-scripts.ts`. */
export type Today = { day: number; month: number; dayEnd: number; monthEnd: number; monthStart: number }

const dayMs = 86_400_000

export const dayOf = (ms: number): number => Math.floor(ms / dayMs)

export function monthOf(ms: number): number {
  const date = new Date(ms)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** What day it is: worked out once a day, since every request asks. */
export function createCalendar(): (now: number) => Today {
  let today: Today | undefined
  return (now) => {
    const day = dayOf(now)
    if (today?.day !== day) today = describeDay(day)
    return today
  }
}

function describeDay(day: number): Today {
  const start = day * dayMs
  const month = monthOf(start)
  const firstOf = (number: number) => Date.UTC(Math.floor(number / 12), number % 12)
  return { day, month, dayEnd: start + dayMs, monthStart: firstOf(month), monthEnd: firstOf(month + 1) }
}
