import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { encodeJunit } from './junit.ts'

test('a case for each condition, the verdict and the requests', () => {
  const thresholds = [
    { expression: 'ttft_p99>500', metric: 'ttft_p99', limit: 500, actual: 600.12345, passed: false },
    { expression: 'error_rate>1%', metric: 'error_rate', limit: 0.01, actual: 0, passed: true },
  ]
  const [cases, report] = encodeJunit([resultOf({ thresholds })]).split('    <system-out>')
  expect(cases).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="sluice bench: pocket, concurrency 4" tests="4" failures="1" timestamp="2026-01-02T03:04:05.678Z" time="24.5">
    <testcase classname="sluice.bench" name="requests succeed"/>
    <testcase classname="sluice.bench" name="the run is believable"/>
    <testcase classname="sluice.bench" name="not ttft_p99&gt;500">
      <failure message="measured 600.123 ms"/>
    </testcase>
    <testcase classname="sluice.bench" name="not error_rate&gt;1%"/>
`)
  expect(report).toMatch(
    /^VALID {2}sluice bench: pocket[\s\S]*<\/system-out>\n {2}<\/testsuite>\n<\/testsuites>\n$/,
  )
})

test('an invalid run and one without success fail, and text is escaped', () => {
  const verdict = { status: 'INVALID' as const, reasons: ['late by < 3 & "more"'], checks: [] }
  const requests = { sent: 3, succeeded: 0, failed: 3, cancelled: 0 }
  const xml = encodeJunit([resultOf({ verdict, requests }), resultOf()])
  expect(xml).toContain('message="INVALID: late by &lt; 3 &amp; &quot;more&quot;"')
  expect(xml).toContain('message="none of 3 succeeded"')
  expect(xml.match(/<testsuite /g)).toHaveLength(2)
})

test('what XML cannot hold is replaced, or no CI system would read the file', () => {
  const errors = [
    { kind: 'http_500' as const, count: 1, message: 'bell \u0007 half \ud800 tab\t', messages: 1 },
  ]
  const xml = encodeJunit([resultOf({ errors })])
  expect(xml).toContain('bell \ufffd half \ufffd tab')
})
