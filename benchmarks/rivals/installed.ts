import { access, glob } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { Rival } from './rival.ts'

/** Of the distribution in the folder; undefined where the tool is not installed. */
export const installedVersion = async (rival: Rival, tools: string): Promise<string | undefined> => {
  const { executable } = rival.invoke({ ...nothing, tools })
  const path = isAbsolute(executable) ? executable : join(tools, executable)
  if (!(await access(path).then(() => true, () => false))) return undefined // prettier-ignore
  const pattern = `{*/lib/python*/site-packages,*-lib}/${rival.distribution}-*.dist-info`
  for await (const found of glob(pattern, { cwd: tools })) return /-([^-/]+)\.dist-info$/.exec(found)?.[1]
  return undefined
}

const nothing = {
  url: '',
  model: '',
  connections: 1,
  requests: 1,
  outputTokens: 1,
  tokenizer: '',
  folder: '',
}
