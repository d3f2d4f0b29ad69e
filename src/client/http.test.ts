import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { call, callJson } from './http.ts'
import { readProgressLines } from './progress-lines.ts'

const open: (() => void)[] = []
afterEach(() => open.splice(0).forEach((close) => close()))

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  open.push(
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a failed status becomes the error that the daemon meant', async () => {
  const url = await serve((_request, response) => {
    response
      .writeHead(422)
      .end(JSON.stringify({ error: { code: 'invalid_model', message: 'bad file', param: 'model', size: 4 } }))
  })
  await expect(callJson(url, { method: 'GET', path: '/' })).rejects.toMatchObject({
    code: 'invalid_model',
    message: 'bad file',
    param: 'model',
    details: { size: 4 },
  })
})

test('a server that is no sluice is said to be none', async () => {
  const url = await serve((_request, response) => response.end('<html>hello'))
  await expect(callJson(url, { method: 'GET', path: '/' })).rejects.toThrow('is it sluice?')
})

test('nobody there, an abort, and silence', async () => {
  await expect(callJson('http://127.0.0.1:1', { method: 'GET', path: '/' })).rejects.toMatchObject({
    code: 'daemon_unreachable',
  })
  const url = await serve(() => {})
  await expect(callJson(url, { method: 'GET', path: '/', timeoutMs: 20 })).rejects.toThrow(
    /no answer from the daemon/,
  )
  const stop = new AbortController()
  const aborted = call(url, { method: 'GET', path: '/', signal: stop.signal })
  stop.abort()
  await expect(aborted).rejects.toMatchObject({ code: 'cancelled' })
})

test('progress lines end in the result, in the error, or in a broken connection', async () => {
  const lines = (last: string) => `{"type":"progress","status":"s","completed":1,"total":2}\n${last}`
  const url = await serve((request, response) => {
    const last: Record<string, string> = {
      '/done': '{"type":"done","result":7}\n',
      '/error': '{"type":"error","error":{"code":"cancelled","message":"stopped","param":null}}\n',
      '/cut': '',
    }
    response.end(lines(last[request.url!]!))
  })
  const read = async (path: string) => {
    const seen: number[] = []
    const result = await readProgressLines(
      await call(url, { method: 'GET', path }),
      ({ completed }) => void seen.push(completed),
    )
    return { result, seen }
  }
  expect(await read('/done')).toEqual({ result: 7, seen: [1] })
  await expect(read('/error')).rejects.toMatchObject({ code: 'cancelled' })
  await expect(read('/cut')).rejects.toMatchObject({ code: 'daemon_unreachable' })
})
