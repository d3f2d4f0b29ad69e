import { expect, test } from 'vitest'
import { createAdmission } from '../admission/admission.ts'
import { AppError } from '../errors.ts'
import { createScriptedEngine, type Script } from '../gateway/scripted-engine.test-kit.ts'
import type { LedgerRow } from '../stats/ledger-line.ts'
import { createAskModel } from './ask-model.ts'

function open(script: Script = {}) {
  const engine = createScriptedEngine(script)
  const admission = createAdmission({ slots: 1, queue: 0, maxWaitMs: 1000 })
  const rows: Omit<LedgerRow, 'id'>[] = []
  const ask = createAskModel({
    models: { resolve: async () => ({ model: 'guard', engine, admission }) },
    filter: 'policy',
    price: (model, { prompt, completion }) => (model === 'guard' ? prompt * 1000 + completion : undefined),
    record: (row) => rows.push(row),
  })
  const asked = { model: 'guard-alias', prompt: 'is it bad ?', requestId: 'r-1' }
  return { rows, admission, ask: (signal = new AbortController().signal) => ask(asked, signal) }
}

test('what a verdict used is a row of its own, under nobody’s key, with the judged request’s id', async () => {
  const { rows, ask, admission } = open({ pieces: () => ['Yes', '.'] })
  expect(await ask()).toBe('Yes.')
  expect(rows).toEqual([
    expect.objectContaining({
      request_id: 'r-1',
      endpoint: 'moderation.policy',
      model: 'guard',
      key_id: 'moderation',
      owner_user: null,
      owner_team: null,
      status: 200,
      error: null,
      finish: 'stop',
      prompt_tokens: 4,
      completion_tokens: 2,
      cost_nano: 4002,
      request_body: null,
      response_body: null,
    }),
  ])
  expect(rows[0]!.total_ms).toBeGreaterThanOrEqual(rows[0]!.ttft_ms!)
  expect(admission.status().running).toBe(0)
})

test('one that was cut off has used what it had read and said', async () => {
  const late = new AbortController()
  const { rows, ask } = open({
    pieces: () => ['Well', ', perhaps'],
    step: (step) => {
      if (step === 1) late.abort(new Error('no answer within 10 ms'))
    },
  })
  await expect(ask(late.signal)).rejects.toThrow()
  expect(rows).toEqual([
    expect.objectContaining({ status: 504, error: 'timeout', prompt_tokens: 4, completion_tokens: 1 }),
  ])
})

test('an engine that fails is told by its own code', async () => {
  const { rows, ask, admission } = open({
    step: () => {
      throw new AppError('worker_lost', 'the worker is gone')
    },
  })
  await expect(ask()).rejects.toMatchObject({ code: 'worker_lost' })
  expect(rows).toEqual([
    expect.objectContaining({ status: 503, error: 'worker_lost', completion_tokens: 0, finish: null }),
  ])
  expect(admission.status().running).toBe(0)
})
