import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import {
  addNew,
  findBreaks,
  findNew,
  parseContract,
  readContract,
  type ContractSnapshot,
} from './contract-snapshot.test-kit.ts'

const folder = fileURLToPath(new URL('../../proto', import.meta.url))
const file = fileURLToPath(new URL('../../proto/compatibility.json', import.meta.url))
const readSnapshot = () => JSON.parse(readFileSync(file, 'utf8')) as ContractSnapshot

const now = readContract(folder)
/** Adds, and never rewrites: a break stays a break. */
if (process.env['RECORD_CONTRACT'] === '1')
  writeFileSync(file, `${JSON.stringify(addNew(readSnapshot(), now), undefined, 2)}\n`)

const why = `A worker or a daemon of another release would misunderstand these. Fields, enum values and methods
are only added, under numbers that were never used: put the old ones back, and add new ones beside them.`
const how = `New in proto/ and not yet in proto/compatibility.json. Raise apiVersion.minor in src/contract/definition.ts, then:
RECORD_CONTRACT=1 npx vitest run --project unit src/contract/compatibility.test.ts`

test('nothing that a released peer knows has changed its meaning', () => {
  expect(findBreaks(readSnapshot(), now), why).toEqual([])
})

test('everything is recorded', () => {
  expect(findNew(readSnapshot(), now), how).toEqual([])
})

test('the record holds the whole contract', () => {
  const names = Object.keys(now)
  for (const name of ['service llm.v1.Inference', 'service llm.v1.Control', 'service grpc.health.v1.Health'])
    expect(names).toContain(name)
  expect(now['service llm.v1.Inference']!['Chat']).toBe('llm.v1.ChatRequest -> stream llm.v1.GenerateEvent')
  expect(now['message llm.v1.SamplingParams']).toMatchObject({
    1: 'optional float temperature',
    10: 'map<uint32, float> logit_bias',
  })
  expect(now['message llm.v1.GenerateEvent']!['2']).toBe('llm.v1.Delta delta in oneof event')
  expect(now['enum llm.v1.LoadModelProgress.Phase']!['6']).toBe('READY')
  expect(names.filter((name) => name.includes('google.protobuf'))).toEqual([])
})

const original = `
syntax = "proto3";
package p;
service S { rpc Ask(Question) returns (stream Answer); }
message Question { string text = 1; optional uint32 limit = 2; repeated string stop = 3; Mode mode = 4; }
message Answer { oneof part { string text = 1; bytes data = 2; } map<uint32, float> bias = 3; }
enum Mode { PLAIN = 0; FANCY = 1; }
`
const change = (from: string, to: string) => {
  expect(original).toContain(from)
  return parseContract(original.replace(from, to))
}

describe('a change is found', () => {
  test.each([
    [
      'renumbered',
      'string text = 1; optional',
      'string text = 9; optional',
      'message p.Question: 1 (string text) has vanished',
    ],
    [
      'retyped',
      'repeated string stop',
      'repeated bytes stop',
      '3 was "repeated string stop" and is "repeated bytes stop"',
    ],
    ['renamed', 'uint32 limit', 'uint32 most', '2 was "optional uint32 limit" and is "optional uint32 most"'],
    [
      'a number used again',
      'repeated string stop = 3',
      'bool loud = 3',
      '3 was "repeated string stop" and is "bool loud"',
    ],
    ['removed', ' optional uint32 limit = 2;', '', '2 (optional uint32 limit) has vanished'],
    ['no longer optional', 'optional uint32', 'uint32', 'is "uint32 limit"'],
    ['no longer a list', 'repeated string', 'string', 'is "string stop"'],
    [
      'out of its oneof',
      'bytes data = 2; }',
      '} bytes data = 2;',
      'was "bytes data in oneof part" and is "bytes data"',
    ],
    ['another oneof', 'oneof part', 'oneof piece', 'in oneof piece'],
    ['another key', 'map<uint32, float>', 'map<uint64, float>', 'is "map<uint64, float> bias"'],
    ['an enum value renumbered', 'FANCY = 1', 'FANCY = 2', 'enum p.Mode: 1 (FANCY) has vanished'],
    ['an enum value renamed', 'FANCY = 1', 'GREY = 1', '1 was "FANCY" and is "GREY"'],
    ['a message renamed', 'message Answer', 'message Reply', 'message p.Answer has vanished'],
    ['a package renamed', 'package p', 'package q', 'service p.S has vanished'],
    ['a method removed', 'rpc Ask(Question) returns (stream Answer);', '', 'service p.S: Ask'],
    ['a method that no longer streams', 'stream Answer', 'Answer', 'is "p.Question -> p.Answer"'],
    ['a method that streams', '(Question)', '(stream Question)', 'is "stream p.Question -> stream p.Answer"'],
    ['a method with another message', '(Question)', '(Answer)', 'is "p.Answer -> stream p.Answer"'],
  ])('%s', (_, from, to, words) => {
    const altered =
      from === 'message Answer' ? parseContract(original.replaceAll('Answer', 'Reply')) : change(from, to)
    expect(findBreaks(parseContract(original), altered).join('\n')).toContain(words)
  })
})

test('an addition is no break, and is recorded without touching what was there', () => {
  const before = parseContract(original)
  const added = change('Mode mode = 4;', 'Mode mode = 4; string extra = 5;')
  expect(findBreaks(before, added)).toEqual([])
  expect(findNew(before, added)).toEqual(['message p.Question: 5 (string extra)'])
  expect(addNew(before, added)).toEqual(added)
  const broken = change('uint32 limit', 'string limit')
  expect(addNew(before, broken)).toEqual(before)
})
