import type { Load } from '../options.ts'
import { addSessions, type SessionFlags } from './add-sessions.ts'
import { decodeLoads, type LoadFlags } from './decode-loads.ts'
import { readTraceLoad } from './trace-load.ts'

type TraceFlags = { trace: string | undefined; traceSpeed: string | undefined }

export type PlanFlags = LoadFlags & SessionFlags & TraceFlags

/** All loads that a command line asks for: a trace, or one for each level, with sessions or without. */
export const planLoads = async (flags: PlanFlags): Promise<Load[]> =>
  flags.trace === undefined
    ? addSessions(decodeLoads(flags), flags)
    : [await readTraceLoad(flags.trace, flags.traceSpeed, flags)]
