import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const path = join(import.meta.dirname, '..', 'docs', 'bench-accuracy.md')
const marks = (name: string): [string, string] => [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]

/** One benchmark writes one section of docs/bench-accuracy.md and leaves those of the others as they are. */
export const writeSection = async (name: string, text: string): Promise<void> => {
  const document = await readFile(path, 'utf8')
  await writeFile(path, replaceSection(document, name, text))
}

/** A section that is not there yet is added at the end. */
export const replaceSection = (document: string, name: string, text: string): string => {
  const [begin, end] = marks(name)
  const section = `${begin}\n\n${text.trim()}\n\n${end}`
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) return `${document.trimEnd()}\n\n${section}\n`
  return document.slice(0, from) + section + document.slice(to + end.length)
}

/** Everything outside of the sections of `names` is replaced; those are taken over. */
export const writeAround = async (names: string[], text: string): Promise<void> => {
  const document = await readFile(path, 'utf8').catch(() => '')
  let written = text
  for (const name of names) {
    const [begin, end] = marks(name)
    const [from, to] = [document.indexOf(begin), document.indexOf(end)]
    if (from >= 0 && to > from)
      written = replaceSection(written, name, document.slice(from + begin.length, to))
  }
  await writeFile(path, written)
}
