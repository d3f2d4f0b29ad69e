import { plural } from './plural.ts'
import { formatCount, formatNumber } from './report/format-number.ts'
import { describeLengths, explainLengths } from './prompt-lengths.ts'
import type { NoteFacts } from './note-facts.ts'
import { explainCache } from './explain-cache.ts'
import { explainShortAnswers } from './explain-short-answers.ts'
import type { WarmUpResult } from './load/warm-up.ts'

/** What a reader must know to trust the figures, most important first. */
export const writeNotes = (facts: NoteFacts): string[] =>
  [
    facts.interrupted && 'the run was interrupted; the figures cover the requests that had ended by then',
    explainWarmUp(facts.warmed),
    ...explainTokens(facts),
    explainEmpty(facts),
    ...explainPrompts(facts),
    explainCache(facts),
    explainIgnoreEos(facts),
    ...explainShortAnswers(facts),
    explainCancelled(facts),
    explainShortfall(facts),
    explainConnections(facts),
    explainBacklog(facts),
    facts.recorded.samplesDropped > 0 &&
      `no raw samples of the last ${plural(facts.recorded.samplesDropped, 'request')}; histograms and counters include them`,
  ].filter((note) => typeof note === 'string')

const explainShortfall = ({ recorded, options }: NoteFacts): string | undefined => {
  const { load } = options
  if (load.mode === 'open' || recorded.sent === 0 || recorded.sent >= load.concurrency) return undefined
  const { concurrency } = load
  return `only ${plural(recorded.sent, 'request')} for ${plural(concurrency, 'connection')}: the load was never as high as asked`
}

const explainCancelled = ({ options, recorded, interrupted }: NoteFacts): string | undefined => {
  if (options.cancellation === undefined || interrupted) return undefined
  return `${plural(recorded.cancelled, 'request')} of ${formatCount(recorded.sent)} cancelled on purpose (--cancel-rate ${options.cancellation.rate * 100}%): in no latency and no failure; each costs its connection, and the next request opens a new one`
}

const explainConnections = ({ openedDuring, resent, options, recorded }: NoteFacts): string | undefined => {
  // Giving up a request costs its connection.
  if (openedDuring <= (options.cancellation === undefined ? 0 : recorded.cancelled)) return undefined
  const opened = `${plural(openedDuring, 'new connection')} while measuring`
  const again =
    resent === 0
      ? ''
      : `. It closed them without a word, so ${plural(resent, 'request')} had to be sent again; latencies count from the first time`
  return options.load.mode === 'closed'
    ? `${opened}: the server did not keep all of them open${again}`
    : `${opened}, as more requests were in flight; opening them is part of their latency${again}`
}

const explainBacklog = ({ dispatch, options: { load } }: NoteFacts): string | undefined => {
  if (dispatch === undefined || dispatch.waited === 0 || load.mode === 'closed') return undefined
  const { waited, backlog_max: backlog, wait_max_ms: longest } = dispatch
  const [what, where] = load.session === undefined ? ['request', 'in flight'] : ['session', 'going on']
  return `${plural(waited, what)} waited, up to ${formatNumber(longest, 0)} ms and ${formatCount(backlog)} at a time, because ${formatCount(load.maxConcurrency)} were ${where}; the wait is part of their latency. The server does not keep up with ${load.rate} ${what}s/s, or the limit is too low`
}

const explainWarmUp = ({ sent, failed }: WarmUpResult): string | undefined => {
  if (failed === 0) return undefined
  if (failed === sent) return 'no warm-up request succeeded, so nothing was measured'
  return `${failed} of ${plural(sent, 'warm-up request')} failed and are not counted`
}

const explainTokens = ({ recorded, usageRefused, options }: NoteFacts): string[] => {
  const notes: string[] = []
  const { source, gapsAreNotTokens } = recorded.tokens
  if (recorded.succeeded === 0) return notes
  if (usageRefused)
    notes.push('the server refuses stream_options.include_usage; requests were sent without it')
  if (source === 'tokenizer') {
    notes.push(
      "the server gives no usage: output tokens were counted after the run with its /tokenize, from the answers' text; tokens without text, as that of the end, are not among them",
    )
  }
  if (source === 'events' || source === 'mixed') {
    notes.push(
      'the server does not report token counts (or not always): stream events were counted as tokens, and there is no TPOT for them',
    )
  }
  if (source === 'none') notes.push('the server does not report token counts: no token rates')
  if (options.stream && recorded.tokens.events > 0 && gapsAreNotTokens !== undefined) {
    notes.push(`no ITL: ${gapsAreNotTokens}. The table shows the gaps between chunks instead`)
  }
  return notes
}

const explainEmpty = ({ recorded }: NoteFacts): string | undefined =>
  recorded.tokens.emptyAnswers === 0
    ? undefined
    : `${plural(recorded.tokens.emptyAnswers, 'answer')} ended without any output, as the model's first token was its end; they succeeded, and have no TTFT`

const explainPrompts = (facts: NoteFacts): string[] => {
  const { prompts, recorded } = facts
  if (recorded.sent === 0) return []
  if (prompts.source === 'built-in') {
    // Then that note says the same, and how much it was.
    if (explainCache(facts) !== undefined) return []
    return [
      `built-in prompts; each begins differently (nonce ${prompts.nonce}): a prefix cache finds the chat template only`,
    ]
  }
  const lengths =
    recorded.turns.length > 0 ? undefined : explainLengths(describeLengths(recorded.samples, prompts))
  const known = [prompts.note, lengths].filter((fact) => fact !== undefined)
  if (recorded.sent <= prompts.distinct || prompts.nonce !== undefined) return known
  return prompts.distinct === 1
    ? ['every request sent the same prompt; a prefix cache makes it faster than new prompts would be']
    : [
        ...known,
        `${prompts.distinct} prompts were sent ${recorded.sent} times in turn; a prefix cache makes repeats faster`,
      ]
}

const explainIgnoreEos = ({ options, recorded }: NoteFacts): string | undefined => {
  const stopped = recorded.finishReasons['stop'] ?? 0
  if (!options.sampling.ignoreEos || stopped === 0) return undefined
  return `${plural(stopped, 'answer')} stopped early in spite of --ignore-eos: the server does not honour ignore_eos`
}
