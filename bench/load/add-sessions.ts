import { AppError } from '../../src/errors.ts'
import { endpoints, endpointNames, type EndpointName } from '../endpoints/registry.ts'
import type { Load, PromptSource, Session } from '../options.ts'
import { decodeRange } from './decode-range.ts'

export type SessionFlags = {
  turns: number | undefined
  thinkTime: string | undefined
  endpoint: EndpointName
  prompts: PromptSource
  requests: number | undefined
  durationMs: number | undefined
}

/** The same loads with sessions in place of single requests. */
export const addSessions = (loads: Load[], flags: SessionFlags): Load[] => {
  const session = decodeSession(flags)
  if (session === undefined) return loads
  // Without a wish an open loop lasts for the arrivals of ten seconds; those are sessions now, and requests are turns.
  const unlimited = flags.requests === undefined && flags.durationMs === undefined
  return loads.map((load) =>
    load.mode === 'open' && unlimited
      ? { ...load, session, requests: load.requests! * session.turns }
      : { ...load, session },
  )
}

const decodeSession = ({ turns, thinkTime, endpoint, prompts }: SessionFlags): Session | undefined => {
  if (turns === undefined) return undefined
  if (!endpoints[endpoint].takesMessages) {
    const able = endpointNames.filter((name) => endpoints[name].takesMessages)
    throw refuse(
      'turns',
      `--turns needs an endpoint that takes messages (${able.join(', ')}), not ${endpoint}`,
    )
  }
  if (prompts.kind === 'text') {
    throw refuse(
      'turns',
      '--turns would say the same --prompt again and again; leave it out, or give --prompts, --dataset random or --dataset sharegpt',
    )
  }
  const think = decodeRange(thinkTime ?? '0s')
  if (think?.unit === 'milliseconds') return { turns, think: { from: think.from, to: think.to } }
  throw refuse('think-time', `--think-time "${thinkTime}" is not a time; write 2s, 500ms or 1s-5s`)
}

const refuse = (param: string, message: string): AppError =>
  new AppError('invalid_request', message, { param })
