import { expect, test } from 'vitest'
import { createCircuit } from './circuit.ts'

function open() {
  const circuit = createCircuit()
  for (let failure = 0; failure < 3; failure += 1) {
    expect(circuit.tryEnter(0)).toBe(true)
    circuit.fail(0)
  }
  return circuit
}

test('it opens after three failures in a row, and not before', () => {
  const circuit = createCircuit()
  for (const _ of [1, 2, 3]) {
    circuit.fail(0)
    circuit.fail(0)
    circuit.succeed()
  }
  expect(circuit.isOpen()).toBe(false)
  expect(open().tryEnter(4999)).toBe(false)
})

test('one probe goes through; the next only when it is over', () => {
  const circuit = open()
  expect(circuit.tryEnter(6000)).toBe(true)
  expect(circuit.tryEnter(6000)).toBe(false)
  circuit.leave()
  expect(circuit.tryEnter(6000)).toBe(true)
  circuit.succeed()
  expect([circuit.tryEnter(6000), circuit.tryEnter(6000)]).toEqual([true, true])
})

test('a probe that fails doubles the pause, up to two minutes', () => {
  const circuit = open()
  let now = 6000
  for (const pause of [10_000, 20_000, 40_000, 80_000, 120_000, 120_000]) {
    expect(circuit.tryEnter(now)).toBe(true)
    circuit.fail(now)
    expect(circuit.tryEnter(now + pause - 1)).toBe(false)
    now += pause * 1.2
  }
})

test('failures that come in late change nothing', () => {
  const circuit = open()
  circuit.fail(100)
  circuit.fail(4000)
  expect(circuit.tryEnter(6000)).toBe(true)
})
