import { pino, type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** JSON lines, on stdout unless told otherwise. Prompts and completions must never be passed in. */
export const createLog = (level: LogLevel, destination: DestinationStream = pino.destination(1)): Logger =>
  pino({ level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, destination)
