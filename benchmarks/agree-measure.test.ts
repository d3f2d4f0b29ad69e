import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNullServer } from '../bench/floor/null-server.ts'
import { measureAutocannon, measureOurs } from './agree-measure.ts'
import { replaceSection } from './document-section.ts'

let server: Awaited<ReturnType<typeof startNullServer>>
let answered = 0
beforeAll(async () => {
  server = await startNullServer()
  server.server.on('request', (request) => void (request.method === 'POST' && (answered += 1)))
})
afterAll(() => server.close())

test('both tools count the requests that the server answered, and none answered early', async () => {
  const load = { url: server.url, model: 'delay-3', connections: 4, requests: 60 }
  const autocannon = await measureAutocannon(load)
  expect([answered, autocannon.requests]).toEqual([60, 60])
  const ours = await measureOurs(load, undefined)
  // One warm-up request on each connection, which is in no figure.
  expect([answered, ours.requests]).toEqual([60 + 4 + 60, 60])
  for (const { mean, p50 } of [autocannon, ours]) {
    // A timer of 3 ms may fire up to a millisecond early.
    expect(mean).toBeGreaterThan(2)
    expect(p50).toBeGreaterThan(2)
  }
})

test('one section of a document is replaced, the rest stays', () => {
  const first = replaceSection('# Title\n', 'delivery', 'old')
  const second = replaceSection(replaceSection(first, 'agreement', 'others'), 'delivery', 'new')
  expect(second).toContain('# Title')
  expect(second).toContain('others')
  expect(second).toContain('new')
  expect(second).not.toContain('old')
})
