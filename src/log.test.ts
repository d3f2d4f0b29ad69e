import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from './log.ts'

test('credentials in headers never reach the log, wherever the headers are', () => {
  let text = ''
  const log = createLog(
    'info',
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString()
        done()
      },
    }),
  )
  const headers = {
    authorization: 'Bearer canary',
    'x-api-key': 'canary',
    'api-key': 'canary',
    cookie: 'canary',
    accept: 'text/plain',
  }
  log.info({ headers }, 'one')
  log.info({ req: { headers }, request: { headers } }, 'two')
  log.error({ err: Object.assign(new Error('bad'), { headers }) }, 'three')
  expect(text).not.toContain('canary')
  expect(text.match(/\[redacted\]/g)).toHaveLength(16)
  expect(text).toContain('text/plain')
})
