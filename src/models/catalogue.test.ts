import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createCatalogue } from './catalogue.ts'
import { nameFromPath } from '../model-name.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'sluice-models-'))

test('files below the folder are models named by their path', () => {
  const models = folder()
  mkdirSync(join(models, 'team'))
  writeFileSync(join(models, 'team', 'a.gguf'), 'x')
  writeFileSync(join(models, 'b.Q8_0.gguf'), 'xy')
  writeFileSync(join(models, 'c.gguf.part'), 'x')
  writeFileSync(join(models, ' bad name.gguf'), 'x')
  const names = createCatalogue(models)
    .list()
    .map(({ name, sizeBytes }) => ({ name, sizeBytes }))
  expect(names).toEqual([
    { name: 'b.Q8_0', sizeBytes: 2 },
    { name: 'team/a', sizeBytes: 1 },
  ])
})

test('a folder that does not exist yet holds no models', () => {
  expect(createCatalogue(join(folder(), 'none')).list()).toEqual([])
})

test('a registered file wins over a pulled one, is found by alias, and can be forgotten', () => {
  const models = folder()
  writeFileSync(join(models, 'a.gguf'), 'pulled')
  const outside = join(folder(), 'other.gguf')
  writeFileSync(outside, 'outside')
  const catalogue = createCatalogue(models, new Map([['a', ['first']]]))
  catalogue.register({ name: 'a', path: outside, origin: 'file' })
  expect(catalogue.find('first')).toMatchObject({ name: 'a', origin: 'file', path: outside })
  expect(catalogue.list()).toHaveLength(1)
  expect(() => catalogue.register({ name: 'a', path: '/elsewhere.gguf', origin: 'file' })).toThrow(
    /already stands for/,
  )
  expect(catalogue.registerFile(outside)).toBe('a')
  catalogue.forget('a')
  expect(catalogue.find('a')).toMatchObject({ origin: 'pulled' })
})

test('a new file is seen after a refresh', () => {
  const models = folder()
  const catalogue = createCatalogue(models)
  expect(catalogue.list()).toEqual([])
  writeFileSync(join(models, 'late.gguf'), 'x')
  catalogue.refresh()
  expect(catalogue.find('late')?.name).toBe('late')
  rmSync(join(models, 'late.gguf'))
  catalogue.refresh()
  expect(catalogue.find('late')).toBeUndefined()
})

test('names made from paths', () => {
  expect(nameFromPath('/x/My Model.Q8_0.gguf')).toBe('My-Model.Q8_0')
  expect(nameFromPath('qwen2.5-0.5b.GGUF')).toBe('qwen2.5-0.5b')
  expect(() => nameFromPath('/x/....gguf')).toThrow(/cannot be a model name/)
})
