import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { nameMachineClock, stampHeader } from '../../src/machine-clock.ts'
import { askForStamps } from './ask-for-stamps.ts'
import { resolveTarget } from './target.ts'

const asks = (url: string): boolean => stampHeader in askForStamps(resolveTarget(url))
const isNamed = nameMachineClock() !== undefined
const own = Object.values(networkInterfaces()).flatMap((all) => all ?? [])

test.each(['http://127.0.0.1:8080/v1', 'localhost:8080', 'http://[::1]:8080', ':8080'])('%s is here', (url) =>
  expect(asks(url)).toBe(isNamed),
)

test('so is each address of this machine', () => {
  const addresses = own.filter(({ family }) => family === 'IPv4').map(({ address }) => address)
  expect(addresses.map((address) => asks(`http://${address}`))).toEqual(addresses.map(() => isNamed))
})

test.each([
  'https://api.openai.com/v1',
  'http://192.0.2.7:8000',
  'http://localhost.example.com',
  'http://127.example.com',
])('%s is told nothing of this machine', (url) => expect(askForStamps(resolveTarget(url))).toEqual({}))
