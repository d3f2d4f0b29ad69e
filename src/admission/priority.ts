/** From first to last. */
export const priorities = ['high', 'normal', 'low'] as const
export type Priority = (typeof priorities)[number]

export const isPriority = (value: unknown): value is Priority => priorities.includes(value as Priority)

export const rankOf = (priority: Priority): number => priorities.indexOf(priority)

/** The later of two. */
export const lower = (one: Priority, other: Priority): Priority => (rankOf(one) < rankOf(other) ? other : one)
