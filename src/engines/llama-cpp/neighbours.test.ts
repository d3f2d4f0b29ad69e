import { expect, test } from 'vitest'
import { openMachineLoad, type MachineLoad } from './machine-load.ts'
import { createNeighbours } from './neighbours.ts'

/** Two cores and a clock that the test turns. */
function createMachine(): MachineLoad & {
  others: number
  pass(milliseconds: number, threads: number, others: number): void
} {
  let [now, own, idle] = [0, 0, 0]
  const machine = {
    cores: 2,
    others: 0,
    now: () => now,
    own: () => own,
    idle: () => idle,
    running: () => 1 + machine.others,
    pass(milliseconds: number, threads: number, others: number) {
      now += milliseconds
      own += milliseconds * threads
      idle += milliseconds * (2 - threads - others)
      machine.others = Math.ceil(others)
    },
  }
  return machine
}

test('who runs before a step counts when it did at the end of the last one', () => {
  const machine = createMachine()
  const neighbours = createNeighbours(machine)
  machine.pass(10, 1, 1)
  expect(neighbours.afterStep()).toBe(1)
  expect(neighbours.beforeStep()).toBe(1)
  machine.pass(10, 1, 0)
  expect(neighbours.afterStep()).toBe(0)
  machine.others = 1
  expect(neighbours.beforeStep()).toBe(0)
})

test('after a pause, a client that has just asked is no neighbour; who used the pause is', () => {
  const machine = createMachine()
  const neighbours = createNeighbours(machine)
  neighbours.afterStep()
  machine.pass(500, 0, 0.1)
  machine.others = 1
  expect(neighbours.beforeStep()).toBe(0)
  neighbours.afterStep()
  machine.pass(500, 0, 1)
  expect(neighbours.beforeStep()).toBe(1)
})

test('after a pause so long that its mean says nothing of now, who runs counts', () => {
  const machine = createMachine()
  const neighbours = createNeighbours(machine)
  neighbours.afterStep()
  machine.pass(60_000, 0, 0)
  machine.others = 1
  expect(neighbours.beforeStep()).toBe(1)
})

test('our own threads are no neighbours', () => {
  const machine = createMachine()
  const neighbours = createNeighbours({ ...machine, running: undefined })
  machine.pass(300, 1, 0)
  expect(neighbours.beforeStep()).toBe(0)
  machine.pass(300, 2, 0)
  expect(neighbours.afterStep()).toBe(0)
})

test('where nobody says who runs, the mean of the last moments decides', () => {
  const machine = createMachine()
  const neighbours = createNeighbours({ ...machine, running: undefined })
  machine.pass(300, 1, 1)
  expect(neighbours.beforeStep()).toBe(1)
  machine.pass(100, 1, 0)
  expect(neighbours.afterStep()).toBe(1)
  machine.pass(200, 1, 0)
  expect(neighbours.afterStep()).toBe(0)
})

test('this machine can be asked, or says that it cannot', () => {
  const machine = openMachineLoad()
  if (machine === undefined) return
  expect(machine.cores).toBeGreaterThan(0)
  expect(machine.own()).toBeGreaterThan(0)
  expect(machine.idle()).toBeGreaterThanOrEqual(0)
  if (machine.running !== undefined) expect(machine.running()).toBeGreaterThan(0)
})
