import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { describeIssue, namePath } from './describe-issue.ts'

/** The parameters of a custom zod issue that marks a known parameter as not supported. */
export const unsupported = { unsupported: true }

type Leniency = { lenient: boolean; ignore(parameters: string[]): void }

/** Checks a body that JSON.parse made, so it may be changed: lenient parsing removes unknown keys from it. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown, leniency: Leniency): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const unknown = result.error.issues.filter((issue) => issue.code === 'unrecognized_keys')
  if (!leniency.lenient || unknown.length === 0) throw toInvalidRequest(result.error.issues, body)
  leniency.ignore(unknown.flatMap((issue) => removeKeys(body, issue)))
  // Never lenient twice: what is still unknown could not be removed.
  return parseBody(schema, body, { ...leniency, lenient: false })
}

function removeKeys(body: unknown, issue: z.core.$ZodIssueUnrecognizedKeys): string[] {
  const owner = issue.path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)[key], body)
  for (const key of issue.keys) delete (owner as Record<string, unknown>)[key]
  return issue.keys.map((key) => namePath([...issue.path, key]))
}

function toInvalidRequest(issues: z.core.$ZodIssue[], body: unknown): AppError {
  const issue = narrow(issues.find((candidate) => candidate.code !== 'unrecognized_keys') ?? issues[0]!)
  if (issue.code === 'unrecognized_keys') {
    const param = namePath([...issue.path, issue.keys[0]!])
    const message = `unknown parameter '${param}': remove it, correct its name, or start the server with lenient: true`
    return new AppError('unsupported_parameter', message, { param })
  }
  const refused = issue.code === 'custom' && issue.params?.unsupported === true
  const param = namePath(issue.path)
  return new AppError(
    refused ? 'unsupported_parameter' : 'invalid_request',
    describeIssue(issue, body),
    param === '' ? {} : { param },
  )
}

const isWrongType = ({ code, path }: z.core.$ZodIssue): boolean =>
  code === 'invalid_type' && path.length === 0

/** Of a union, the one branch whose type was right and whose content was not says what is wrong. */
function narrow(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue
  const [inner] = issue.errors.find((errors) => !errors.some(isWrongType)) ?? []
  return inner ? narrow({ ...inner, path: [...issue.path, ...inner.path] }) : issue
}
