import { expect, test } from 'vitest'
import { parseGoodput } from './goodput.ts'

test('limits apart or together, by the names of several tools', () => {
  expect(parseGoodput(['ttft:500', 'tpot:50.5'])).toEqual({ ttft: 500, tpot: 50.5 })
  expect(parseGoodput(['time_to_first_token:100 inter_token_latency:3.4', 'e2el:9'])).toEqual({
    ttft: 100,
    tpot: 3.4,
    e2e: 9,
  })
  expect(parseGoodput(['ttft:500ms,e2e:1.5s'])).toEqual({ ttft: 500, e2e: 1500 })
  expect(parseGoodput([])).toEqual({})
})

test.each([
  ['ttft', 'expected METRIC:MILLISECONDS'],
  ['ttft:5m', 'expected METRIC:MILLISECONDS'],
  ['ttft:fast', 'expected METRIC:MILLISECONDS'],
  ['itl:5', 'use ttft, tpot or e2e'],
  ['e2e:5 e2el:6', 'has a limit already'],
])('%s is refused', (text, message) => {
  expect(() => parseGoodput([text])).toThrow(message)
})
