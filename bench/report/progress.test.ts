import { expect, test, vi } from 'vitest'
import { createLiveRun, enterPhase } from '../load/live-run.ts'
import { renderProgress, startProgress } from './progress.ts'

const liveOf = (changes: object) => ({ ...createLiveRun(), phaseStartedAt: 1000, ...changes })

test('says what is going on in each phase', () => {
  expect(renderProgress(createLiveRun(), 0, false)).toBe('connecting')
  expect(
    renderProgress(liveOf({ phase: 'warm-up', succeeded: 1, inFlight: 3, requests: 4 }), 3000, false),
  ).toBe('warm-up · 1/4 requests · 3 in flight')
  const measuring = { phase: 'measuring', inFlight: 4, contentEvents: 400 }
  const counted = liveOf({ ...measuring, succeeded: 9, failed: 1, requests: 40 })
  expect(renderProgress(counted, 3000, false)).toBe(
    'measuring · 6 s left · 10/40 requests · 4 in flight · 5.0 requests/s · 200.0 tokens/s · 1 failed',
  )
  expect(renderProgress(counted, 3000, true)).toBe(
    'stopping (Ctrl-C again quits at once) · 10/40 requests · 4 in flight · 5.0 requests/s · 200.0 tokens/s · 1 failed',
  )
  const timed = liveOf({ ...measuring, succeeded: 10, durationMs: 5000 })
  expect(renderProgress(timed, 3000, false)).toContain(
    '3 s left · 10 requests · 4 in flight · 5.0 requests/s · 200.0 tokens/s',
  )
  expect(renderProgress(timed, 6500, false)).toContain('waiting for the last answers')
})

test('counters start again with a phase', () => {
  const live = liveOf({ succeeded: 4, failed: 2, contentEvents: 9, outputTokens: 9 })
  enterPhase(live, 'measuring', { requests: 8, durationMs: undefined })
  expect(live).toMatchObject({
    phase: 'measuring',
    succeeded: 0,
    failed: 0,
    contentEvents: 0,
    outputTokens: 0,
    requests: 8,
  })
})

test('draws in place on a terminal, within its width, and clears what it drew; draws nothing in a pipe', () => {
  vi.useFakeTimers()
  try {
    const written: string[] = []
    const screen = { columns: 40, write: (text: string) => written.push(text) }
    const stopped = new AbortController().signal
    const live = liveOf({ phase: 'measuring', phaseStartedAt: performance.now() })
    startProgress(screen, live, stopped).stop()
    startProgress({ ...screen, isTTY: true }, live, stopped, { TERM: 'dumb' }).stop()
    expect(written).toEqual([])
    const progress = startProgress({ ...screen, isTTY: true }, live, stopped, { NO_COLOR: '1' })
    expect(written.splice(0)).toEqual(['\r\u001B[Jmeasuring · 0 requests · 0 in flight · '])
    Object.assign(live, { contentEvents: 50, firstOutputs: 2, firstOutputMs: 60 })
    vi.advanceTimersByTime(500)
    expect(written.at(-1)).toContain('\nTTFT          30.0 ms  ▅\ntokens/s          100  ▅')
    for (const frame of written) {
      for (const line of frame.split('\n')) expect(line.replace(/^.*\u001B\[J/s, '').length).toBeLessThan(40)
    }
    progress.stop()
    // Three lines stood there: two up, and away with them.
    expect(written.at(-1)).toBe('\r\u001B[2A\u001B[J')
    const count = written.length
    vi.advanceTimersByTime(1000)
    expect(written).toHaveLength(count)
  } finally {
    vi.useRealTimers()
  }
})
