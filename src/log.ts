import { pino, type DestinationStream, type LevelWithSilent, type Logger } from 'pino'

export type { Logger } from 'pino'
export type LogLevel = LevelWithSilent

/** Whatever object somebody hands to the log one day, its credentials stay out. */
const credentials = ['authorization', '["x-api-key"]', '["api-key"]', 'cookie']
const paths = ['headers', 'request.headers', 'req.headers', 'err.headers'].flatMap((place) =>
  credentials.map((name) => (name.startsWith('[') ? `${place}${name}` : `${place}.${name}`)),
)

/** JSON lines, on stdout unless told otherwise. Prompts and completions must never be passed in. */
export const createLog = (level: LogLevel, destination: DestinationStream = pino.destination(1)): Logger =>
  pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths, censor: '[redacted]' },
    },
    destination,
  )
