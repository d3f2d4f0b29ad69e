import type { Shape } from '../../bench/truth-server/streams.ts'
import { tolerance } from './judge.ts'
import type { Rival } from './rival.ts'
import { tableOf, type Cell } from './table.ts'

export type Section = {
  tools: { rival: Rival; version: string }[]
  behaviours: { name: string; says: string }[]
  cells: Cell[]
  load: { connections: number; requests: number }
  shape: Shape
  machine: string
}

export const sectionText = ({ tools, behaviours, cells, load, shape, machine }: Section): string => {
  const names = tools.map(({ rival }) => rival.name)
  const said = tools.map(({ rival, version }) => `${rival.name} ${version} (${rival.settings})`)
  return `## Beside other load generators

The same streams, the same load, one run: ${load.connections} connections, ${load.requests} requests for each behaviour, ${shape.tokens} tokens, the first
after ${shape.firstMs} ms and then one each ${shape.gapMs} ms. Each tool is its own command line with its own report, and what it says
(medians; tokens of one request) is laid over what the server kept of that very run.

${said.map((text) => `- ${text}`).join('\n')}

✓: within ${tolerance * 100} % of the truth, and every failure counted as one. ✗: not, with what it said instead, in milliseconds.
○: right in what it says, but without a figure that its report has elsewhere, or without any report where no request
succeeded. (d): another definition and no error: an end-to-end time that ends with the stream and not with its last
token, or a gap between events called inter-token latency. GuideLLM's ITL and AIPerf's are one figure for each request and stand for TPOT here; GuideLLM's own TPOT holds
the time to the first token, by definition. A time that was off by less than ${tolerance * 300} % was measured a second time, and
the better of the two stands.

${tableOf(names, behaviours, cells)}

Run of ${new Date().toISOString().slice(0, 10)} by \`npm run bench:rivals\`; ${machine}. vLLM's and SGLang's clients ran without their engines:
their own code from their wheels, unchanged, with what it imports of the engine left empty
(\`benchmarks/rivals/install.sh\`). llmperf is not on PyPI (the package of that name is another), and genai-perf's package
comes without the \`perf_analyzer\` that it starts.
`
}
