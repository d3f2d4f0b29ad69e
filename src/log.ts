import { pino, type DestinationStream, type LevelWithSilent, type Logger } from 'pino'

export type { Logger } from 'pino'
export type LogLevel = LevelWithSilent

/** JSON lines, on stdout unless told otherwise. Prompts and completions must never be passed in. */
export const createLog = (level: LogLevel, destination: DestinationStream = pino.destination(1)): Logger =>
  pino({ level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, destination)
