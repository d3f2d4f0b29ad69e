/**
 * `sluice bench` and other load generators on the same streams, against the server that knows the truth. Writes its
 * section of docs/bench-accuracy.md. `benchmarks/rivals/install.sh FOLDER` installs the others.
 *
 * With RIVALS_DEBUG set it shows the end of what a tool that fails has said.
 *
 *   npm run bench:rivals -- --tools FOLDER
 *   npm run bench:rivals -- --tools FOLDER --only vllm,sluice --behaviours plain,role-first --dry
 */
import { cpus, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { behaviours } from '../bench/truth-server/behaviours.ts'
import { startTruthProcess } from './bench-accuracy-measure.ts'
import { writeSection } from './document-section.ts'
import { installedVersion } from './rivals/installed.ts'
import { createLane } from './rivals/lane.ts'
import { rivals } from './rivals/registry.ts'
import type { Rival } from './rivals/rival.ts'
import { sectionText } from './rivals/section.ts'
import type { Cell } from './rivals/table.ts'

const chosen = [
  'plain',
  'role-first',
  'reasoning-content',
  'reasoning',
  'tool-call',
  'multi-token',
  'coalesced',
  'split-every-byte',
  'crlf',
  'comments',
  'late-usage',
  'no-usage',
  'error-in-200',
  'error-midway',
  'truncated',
]
/** genai-bench draws its plots for longer than it measures; `--only` takes it too. */
const usual = Object.keys(rivals).filter((name) => name !== 'genai-bench')
const { values } = parseArgs({
  options: {
    /** The folder in which the other tools are installed. */
    tools: { type: 'string', default: process.env['SLUICE_RIVALS'] ?? '' },
    only: { type: 'string', default: usual.join(',') },
    behaviours: { type: 'string', default: chosen.join(',') },
    /** So many tools at a time, each against a server of its own: most of a run is the start of a tool. */
    lanes: { type: 'string', default: '2' },
    /** Prints the section and writes nothing. */
    dry: { type: 'boolean', default: false },
  },
})
const shape = { tokens: 50, firstMs: 400, gapMs: 20 }
const load = { connections: 16, requests: 32, outputTokens: shape.tokens }

// Each tool runs in a folder of its own.
const folder = resolve(values.tools)
const tools: { rival: Rival; version: string }[] = []
for (const name of values.only.split(',')) {
  const rival = rivals[name]
  if (rival === undefined) throw new RangeError(`no tool ${name}: ${Object.keys(rivals).join(', ')}`)
  const version = name === 'sluice' ? 'of this checkout' : await installedVersion(rival, folder)
  if (version === undefined) process.stderr.write(`${rival.name} is not in ${folder}\n`)
  else tools.push({ rival, version })
}

// Where other work runs the figures are the machine's, and nobody's tool should be judged by them.
const [busy = 0] = loadavg()
const names = values.behaviours.split(',')
const turns = names.flatMap((behaviour) => tools.map(({ rival }) => ({ behaviour, rival })))
const cells: Cell[] = []
const runLane = async (): Promise<void> => {
  const server = await startTruthProcess(shape)
  const tokenizer = join(folder, 'tokenizer')
  const lane = createLane(new URL(server.url).origin, { ...load, tokenizer, tools: folder })
  try {
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      cells.push(await lane(turn.rival, turn.behaviour))
    }
  } finally {
    server.stop()
  }
}
await Promise.all(Array.from({ length: Number(values.lanes) }, runLane))

const text = sectionText({
  tools,
  behaviours: names.map((name) => ({ name, says: behaviours[name]!.says })),
  cells,
  load,
  shape,
  machine: `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}`,
})
process.stdout.write(text)
if (busy > cpus().length) {
  process.stderr.write(`not written: the machine was busy when this began (load ${busy.toFixed(1)})\n`)
} else if (!values.dry) await writeSection('rivals', text)
