import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const recording = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')

/** A real HTTP server that answers each path with what a server once wrote there; several texts come in turn. */
export const playRecordings = async (answers: Record<string, string[]>): Promise<string> => {
  const left = new Map(Object.entries(answers).map(([path, texts]) => [path, [...texts]]))
  const server = createServer((message, response) => {
    const texts = left.get(message.url ?? '')
    const text = texts === undefined || texts.length < 2 ? texts?.[0] : texts.shift()
    if (text === undefined) return void response.writeHead(404).end()
    const type = text.startsWith('#')
      ? 'text/plain; version=0.0.4'
      : text.startsWith('{')
        ? 'application/json'
        : 'text/event-stream'
    message.resume().once('end', () => response.writeHead(200, { 'content-type': type }).end(text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}
