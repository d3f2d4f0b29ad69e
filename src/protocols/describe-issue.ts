import type { z } from 'zod'

const typeNames: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
}

/** `messages.0.content`. A key from the body may be as long as the body, so it is cut. */
export const namePath = (path: PropertyKey[]): string => path.map(String).join('.').slice(0, 200)

/** One sentence for the person who sent the body: which parameter, what it must be, what it was. */
export function describeIssue(issue: z.core.$ZodIssue, body: unknown): string {
  const subject = issue.path.length === 0 ? 'the request body' : `'${namePath(issue.path)}'`
  const value = issue.path.reduce<unknown>(readKey, body)
  switch (issue.code) {
    case 'invalid_type':
      return describeType(subject, [issue.expected], value)
    case 'invalid_union':
      // A union by discriminator has its own message and no branches.
      if (issue.errors.length === 0) return `${subject} ${issue.message}`
      return describeType(subject, issue.errors.flatMap(expectedTypes), value)
    case 'invalid_value':
      return `${subject} must be ${issue.values.map((allowed) => JSON.stringify(allowed)).join(' or ')}`
    case 'too_big':
      return `${subject} must ${bound(issue.origin)} at most ${issue.maximum}${unit(issue.origin)}`
    case 'too_small':
      return `${subject} must ${bound(issue.origin)} ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit(issue.origin)}`
    case 'custom':
      return issue.path.length === 0 ? issue.message : `${subject}: ${issue.message}`
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return `${subject} is not valid: ${issue.message}`
  }
}

function describeType(subject: string, expected: string[], value: unknown): string {
  const wanted = [...new Set(expected)].map((type) => typeNames[type] ?? type).join(' or ')
  if (value === undefined && subject === 'the request body')
    return `the request body is empty: send ${wanted} as JSON`
  if (value === undefined) return `${subject} is required: it must be ${wanted}`
  return `${subject} must be ${wanted}, not ${nameOf(value)}`
}

const expectedTypes = (issues: z.core.$ZodIssue[]): string[] =>
  issues.flatMap((issue) =>
    issue.code === 'invalid_type' && issue.path.length === 0 ? [issue.expected] : [],
  )

const nameOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return String(value)
  return typeNames[typeof value] ?? typeof value
}

const readKey = (value: unknown, key: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined

const bound = (origin: string): string => (origin === 'string' || origin === 'array' ? 'have' : 'be')

const unit = (origin: string): string => {
  if (origin === 'string') return ' characters'
  return origin === 'array' ? ' entries' : ''
}
