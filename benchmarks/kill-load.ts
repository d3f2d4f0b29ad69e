/** Streams that begin again as soon as they end, and a tally of how each ended. */
export type Tally = {
  /** Ended with `[DONE]`. */
  whole: number
  /** Had begun, and ended with an error event. */
  brokenWithEvent: number
  /** Had begun, and ended without a word. */
  silent: number
  /** Refused before the first byte. */
  refused: Record<string, number>
  broken: number
}

export type KillLoad = {
  answered(): number
  /** When the first text came of a question that was asked after `time`. */
  firstAnswerAskedAfter(time: number): number | undefined
  tally(): Tally
  stop(): Promise<void>
}

export function createKillLoad(baseUrl: string, model: string, streams: number): KillLoad {
  const firstTexts: { startedAt: number; at: number }[] = []
  const tally: Tally = { whole: 0, brokenWithEvent: 0, silent: 0, refused: {}, broken: 0 }
  let stopped = false

  async function run(number: number): Promise<void> {
    for (let turn = 0; !stopped; turn++) await ask(number * 7919 + turn)
  }
  async function ask(seed: number): Promise<void> {
    const startedAt = performance.now()
    const response = await fetch(`${baseUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        messages: [{ role: 'user', content: `Tell me a short story about number ${seed}.` }],
        stream: true,
        max_tokens: 64,
        seed,
        ignore_eos: true,
      }),
    })
    if (response.status !== 200) {
      const key = `${response.status} ${((await response.json()) as { error: { code: string } }).error.code}`
      tally.refused[key] = (tally.refused[key] ?? 0) + 1
      return
    }
    const text = await readAnswer(response, () => firstTexts.push({ startedAt, at: performance.now() }))
    if (text.includes('data: [DONE]')) tally.whole++
    else if (text.includes('"error"')) tally.brokenWithEvent++
    else tally.silent++
    tally.broken = tally.brokenWithEvent + tally.silent
  }
  const runs = Array.from({ length: streams }, (_, number) => run(number))
  return {
    answered: () => firstTexts.length,
    firstAnswerAskedAfter: (time) => firstTexts.find(({ startedAt }) => startedAt > time)?.at,
    tally: () => tally,
    async stop() {
      stopped = true
      await Promise.all(runs)
    },
  }
}

async function readAnswer(response: Response, onFirstText: () => void): Promise<string> {
  let text = ''
  let noted = false
  try {
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece
      if (noted || !text.includes('"content":"')) continue
      noted = true
      onFirstText()
    }
  } catch {
    // A connection that is cut has no last word; the tally calls that silent.
  }
  return text
}
