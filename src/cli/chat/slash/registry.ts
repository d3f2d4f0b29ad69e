import { model, set, system, verbose } from './configure.ts'
import { load, save } from './keep.ts'
import { bye, stats } from './look.ts'
import type { SlashCommand } from './slash-command.ts'
import { clear, regen, undo } from './talk.ts'

const keys = `
  Ctrl-C       stop the answer, clear the line
  Up, Down     earlier messages; type a beginning first to search
  Tab          complete commands, settings, models, sessions
  Alt-Enter    new line; also a \\ at the end of a line, or """ before and after
  //text       a message that begins with a slash`

const help: SlashCommand = {
  names: ['help', '?'],
  summary: 'this list',
  run: (chat) => {
    const rows = slashCommands.map(({ names: [name, ...aliases], argument = '', summary }) => {
      const others = aliases.map((alias) => `/${alias}`).join(' ')
      return `  ${`/${name} ${argument}`.padEnd(28)}${summary}${others && ` (${others})`}`
    })
    chat.terminal.write(`${rows.join('\n')}\n${keys}\n`)
  },
}

/** In the order of the help. A command is one line here. */
export const slashCommands: SlashCommand[] = [
  help,
  system,
  set,
  model,
  regen,
  undo,
  clear,
  save,
  load,
  stats,
  verbose,
  bye,
]
