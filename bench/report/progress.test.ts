import { expect, test, vi } from 'vitest'
import { createLiveRun, enterPhase } from '../load/live-run.ts'
import { renderProgress, startProgress } from './progress.ts'

const liveOf = (changes: object) => ({ ...createLiveRun(), phaseStartedAt: 1000, ...changes })

test('says what is going on in each phase', () => {
  expect(renderProgress(createLiveRun(), 0, false)).toBe('connecting')
  expect(
    renderProgress(liveOf({ phase: 'warm-up', succeeded: 1, inFlight: 3, requests: 4 }), 3000, false),
  ).toBe('warm-up  1/4 requests · 3 in flight')
  const measuring = { phase: 'measuring', inFlight: 4, contentEvents: 400 }
  const counted = liveOf({ ...measuring, succeeded: 9, failed: 1, requests: 40 })
  expect(renderProgress(counted, 3000, false)).toBe(
    'measuring  10/40 requests · 4 in flight · 5.0 requests/s · 200.0 tokens/s · 1 failed · 6 s left',
  )
  expect(renderProgress(counted, 3000, true)).toBe(
    'stopping  10/40 requests · 4 in flight · 5.0 requests/s · 200.0 tokens/s · 1 failed',
  )
  const timed = liveOf({ ...measuring, succeeded: 10, durationMs: 5000 })
  expect(renderProgress(timed, 3000, false)).toContain(
    '10 requests · 4 in flight · 5.0 requests/s · 200.0 tokens/s · 3 s left',
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

test('draws in one line on a terminal, within its width, and clears it; draws nothing in a pipe', () => {
  vi.useFakeTimers()
  try {
    const written: string[] = []
    const screen = { columns: 12, write: (text: string) => written.push(text) }
    const stopped = new AbortController().signal
    startProgress(screen, createLiveRun(), stopped).stop()
    expect(written).toEqual([])
    const progress = startProgress({ ...screen, isTTY: true }, liveOf({ phase: 'measuring' }), stopped)
    vi.advanceTimersByTime(1000)
    progress.stop()
    vi.advanceTimersByTime(1000)
    expect(written).toHaveLength(10)
    expect(new Set(written.slice(0, -1))).toEqual(new Set(['\r\u001B[2Kmeasuring  ']))
    expect(written.at(-1)).toBe('\r\u001B[2K')
  } finally {
    vi.useRealTimers()
  }
})
