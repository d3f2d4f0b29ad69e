import type { Hook } from '@oclif/core/hooks'
import { exitCodes } from '../errors.ts'
import { findNearest } from './nearest.ts'

/** oclif's hook for an unknown command: one line, in the words of our other errors. */
const commandNotFound: Hook<'command_not_found'> = async ({ id, config }) => {
  const wanted = id.replaceAll(':', ' ')
  const nearest = findNearest(
    wanted,
    config.commands.map((command) => command.id.replaceAll(':', ' ')),
  )
  const hint = nearest === undefined ? 'see: sluice --help' : `did you mean "${nearest}"?`
  process.stderr.write(`sluice: there is no command "${wanted}"; ${hint}\n`)
  process.exit(exitCodes.usage)
}
export default commandNotFound
