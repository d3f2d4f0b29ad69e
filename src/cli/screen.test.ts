import { expect, test } from 'vitest'
import { openScreen } from './screen.ts'
import { repeat } from './repeat.ts'

test('draws within the window and gives the terminal back as it was', () => {
  let written = ''
  const output = { rows: 2, columns: 5, write: (text: string) => (written += text) }
  const screen = openScreen(output as unknown as NodeJS.WriteStream)
  screen.draw('1234567\nab\nthird')
  screen.close()
  expect(written).toBe('\x1b[?1049h\x1b[?25l' + '\x1b[H12345\x1b[K\nab\x1b[K\x1b[J' + '\x1b[?25h\x1b[?1049l')
})

test('repeats until it is stopped; a failure ends it, one from stopping does not', async () => {
  const stop = new AbortController()
  let turns = 0
  await repeat(0, stop.signal, async (signal) => {
    turns += 1
    if (turns < 3) return
    stop.abort()
    signal.throwIfAborted()
  })
  expect(turns).toBe(3)
  const { signal } = new AbortController()
  await expect(repeat(0, signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
})
