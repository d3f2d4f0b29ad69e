import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { onTestFinished } from 'vitest'
import { beginConversation, type Beginning } from './begin-conversation.ts'
import type { Chat } from './chat-state.ts'
import type { ChatBackend, ChatDelta, ChatRequest, Completer, ModelChoice } from './completer.ts'
import { openHistory } from './history.ts'
import { runRepl } from './repl.ts'
import { openSessions } from './sessions.ts'
import { openTerminal } from './terminal.ts'

export const key = {
  enter: '\r',
  tab: '\t',
  up: '\x1b[A',
  left: '\x1b[D',
  ctrlA: '\x01',
  ctrlC: '\x03',
  ctrlD: '\x04',
  altEnter: '\x1b\r',
} as const
export const pasted = (text: string) => `\x1b[200~${text}\x1b[201~`

export const finish: Extract<ChatDelta, { type: 'finish' }> = {
  type: 'finish',
  reason: 'stop',
  usage: { promptTokens: 12, cachedTokens: 5, completionTokens: 40 },
  timings: { queueMs: 1, prefillMs: 10, decodeMs: 400 },
}
export const say = (...words: string[]): ChatDelta[] => [
  ...words.map((text): ChatDelta => ({ type: 'text', text })),
  finish,
]

/** As readline draws it; a loaded session's last question only looks like it. */
const prompt = '>>> \x1b[5G'

/** What one request gets: deltas, then perhaps a failure, or silence until it is aborted. */
export type Script = { deltas: ChatDelta[]; after?: 'end' | 'hang' | Error }

/** Takes the scripts in turn; further requests are answered with the question itself. */
export function createScriptedCompleter(scripts: (Script | ChatDelta[])[]) {
  const requests: ChatRequest[] = []
  const signals: AbortSignal[] = []
  const complete: Completer = async function* (request, signal) {
    requests.push(structuredClone(request))
    signals.push(signal)
    const next = scripts.shift() ?? say(`echo: ${request.messages.at(-1)?.content}`)
    const { deltas, after = 'end' } = Array.isArray(next) ? { deltas: next } : next
    yield* deltas
    if (after instanceof Error) throw after
    if (after === 'hang') await new Promise(() => {})
  }
  return { complete, requests, signals }
}

export type ReplOptions = {
  scripts?: (Script | ChatDelta[])[]
  folder?: string
  beginning?: Partial<Beginning>
  models?: () => Promise<ModelChoice[]>
  verbose?: boolean
  /** Of the terminal; default: 200. */
  columns?: number
  environment?: NodeJS.ProcessEnv
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-chat-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The real loop, terminal, sessions and history on streams that a test can type into and read. */
export async function startTestRepl(options: ReplOptions = {}) {
  const folder = options.folder ?? (await temporaryFolder())
  const completer = createScriptedCompleter(options.scripts ?? [])
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: options.columns ?? 200 })
  let raw = ''
  let seen = 0
  const watchers = new Set<() => void>()
  output.setEncoding('utf8').on('data', (text: string) => {
    raw += text
    for (const watch of watchers) watch()
  })
  const sessions = openSessions(join(folder, 'sessions'))
  let complete = completer.complete
  const backend: ChatBackend = {
    complete: (request, signal) => complete(request, signal),
    models:
      options.models ??
      (async () => [
        { id: 'pocket', aliases: ['default'], loaded: true },
        { id: 'smol-135m', loaded: false },
      ]),
  }
  const beginning = { model: undefined, system: undefined, options: {}, resume: false, ...options.beginning }
  const { conversation, notes } = await beginConversation(beginning, backend, sessions)
  const terminal = openTerminal(input, output, options.environment ?? { NO_COLOR: '1', TERM: 'xterm' })
  const chat: Chat = {
    conversation,
    figures: [],
    verbose: options.verbose ?? false,
    showReasoning: true,
    backend,
    sessions,
    history: await openHistory(join(folder, 'history')),
    terminal,
    now: () => performance.now(),
  }
  const ended = runRepl(chat).finally(() => terminal.restore())
  onTestFinished(async () => {
    // Whatever it is doing, it must have left before its folder goes.
    if (!input.writableEnded) input.end(key.ctrlC)
    await ended
  })

  /** Waits until `text` appears after what was waited for before; gives what came in between. */
  const sees = async (text: string): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const watch = () => {
      const found = raw.indexOf(text, seen)
      if (found === -1) return
      const between = stripVTControlCharacters(raw.slice(seen, found + text.length))
      seen = found + text.length
      watchers.delete(watch)
      resolve(between)
    }
    watchers.add(watch)
    watch()
    return promise
  }
  const type = (text: string) => input.write(text)
  /** Types a line and gives what is printed until the next prompt. */
  const enter = async (line: string): Promise<string> => {
    type(line + key.enter)
    await sees('\r\n')
    return sees(prompt)
  }
  const replaceCompleter = (next: Completer) => {
    complete = next
  }
  await sees('>>> ')
  return {
    replaceCompleter,
    chat,
    folder,
    notes,
    input,
    type,
    enter,
    sees,
    ended,
    raw: () => raw,
    ...completer,
  }
}
