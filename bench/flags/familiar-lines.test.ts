import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from '@oclif/core/parser'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { benchFlags, type BenchFlags } from './bench-flags.ts'
import { decodeOptions } from './decode-options.ts'
import { decodeOutput } from './decode-output.ts'
import { decodePlan } from './decode-plan.ts'
import { decodeReady } from './decode-ready.ts'
import { decodeUrl } from './decode-target.ts'
import { explainFamiliar } from './explain-familiar.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-lines-'))
  await writeFile(join(folder, 'data.jsonl'), '{"prompt":"hi"}\n')
})
afterAll(() => rm(folder, { recursive: true }))

/** A command line as a shell would split it, through the whole of our own parsing. */
const read = async (line: string) => {
  const argv = [...line.matchAll(/"([^"]*)"|'([^']*)'|\S+/g)].map(
    ([word, double, single]) => double ?? single ?? word,
  )
  const { flags } = await parse(argv, { flags: benchFlags, strict: true })
  const typed = flags as BenchFlags
  return {
    ...decodeOptions(typed),
    url: decodeUrl(typed),
    model: typed['served-model-name'] ?? typed.model,
    load: (await decodePlan(typed)).next([]),
    output: decodeOutput(typed),
    ready: decodeReady(typed['ready-timeout']),
    unused: explainFamiliar(typed),
  }
}

/** Flags as they stand in the documentation of `vllm bench serve`; paths are the reader's own there too. */
test('vLLM: its first example', async () => {
  const found = await read(
    '--backend vllm --model NousResearch/Hermes-3-Llama-3.1-8B --endpoint /v1/completions --dataset-name sharegpt --dataset-path ShareGPT_V3_unfiltered_cleaned_split.json --num-prompts 10',
  )
  expect(found).toMatchObject({
    endpoint: 'completions',
    model: 'NousResearch/Hermes-3-Llama-3.1-8B',
    prompts: { kind: 'sharegpt', path: 'ShareGPT_V3_unfiltered_cleaned_split.json' },
    load: { mode: 'closed', requests: 10 },
    url: undefined,
  })
})

test('vLLM: a file of prompts, sampling, a port, and results in a folder', async () => {
  const found = await read(
    '--port 9001 --save-result --save-detailed --backend vllm --model meta-llama/Llama-3.1-8B-Instruct --endpoint /v1/completions --dataset-name custom --dataset-path data.jsonl --skip-chat-template --num-prompts 80 --max-concurrency 1 --temperature=0.3 --top-p=0.75 --result-dir "./log/"',
  )
  expect(found).toMatchObject({
    endpoint: 'completions',
    url: 'http://127.0.0.1:9001/v1/completions',
    prompts: { kind: 'file', path: 'data.jsonl' },
    load: { mode: 'closed', concurrency: 1, requests: 80 },
    sampling: { temperature: 0.3 },
    extraBody: { top_p: 0.75 },
    output: { save: { folder: './log/', detailed: true, append: false }, vllm: { backend: 'vllm' } },
  })
  expect(found.unused).toEqual([expect.stringContaining('--skip-chat-template is not used')])
})

test('vLLM: random prompts to the Responses API', async () => {
  expect(
    await read(
      '--backend openai-responses --endpoint /v1/responses --model openai/gpt-oss-20b --dataset-name random --random-input-len 1024 --random-output-len 1024 --num-prompts 200',
    ),
  ).toMatchObject({
    endpoint: 'responses',
    prompts: { kind: 'random', inputLen: 1024, outputLen: 1024 },
    load: { requests: 200 },
  })
})

test('vLLM: sampling parameters', async () => {
  expect(
    await read(
      '--backend vllm --model NousResearch/Hermes-3-Llama-3.1-8B --endpoint /v1/completions --dataset-name sharegpt --dataset-path s.json --top-k 10 --top-p 0.9 --temperature 0.5 --num-prompts 10',
    ),
  ).toMatchObject({ sampling: { temperature: 0.5 }, extraBody: { top_k: 10, top_p: 0.9 } })
})

test('vLLM: the pattern that its guide calls the most common, with all that scripts add', async () => {
  const found = await read(
    `--backend openai-chat --base-url http://gpu:8000 --endpoint /v1/chat/completions --model Qwen/Qwen3-8B --served-model-name qwen --tokenizer Qwen/Qwen3-8B --dataset-name random --input-len 512 --output-len 64 --ignore-eos --seed 42 --request-rate inf --burstiness 1.0 --max-concurrency 32 --num-prompts 320 --num-warmups 8 --goodput ttft:500 tpot:50 e2el:5000 --percentile-metrics ttft,tpot,itl,e2el --metric-percentiles 25,50,99.9 --header x-tenant=blue x-run=7 --extra-body '{"chat_template_kwargs":{"enable_thinking":false}}' --metadata version=0.3.3 tp=1 --ready-check-timeout-sec 600 --disable-tqdm --result-filename out.json`,
  )
  expect(found).toMatchObject({
    url: 'http://gpu:8000/v1/chat/completions',
    model: 'qwen',
    load: { mode: 'closed', concurrency: 32, requests: 320 },
    warmUp: 8,
    sampling: { ignoreEos: true, seed: 42 },
    goodput: { ttft: 500, tpot: 50, e2e: 5000 },
    headers: { 'x-tenant': 'blue', 'x-run': '7' },
    extraBody: { chat_template_kwargs: { enable_thinking: false } },
    ready: 600_000,
    output: {
      metadata: { version: '0.3.3', tp: '1' },
      vllm: {
        modelId: 'Qwen/Qwen3-8B',
        metrics: ['ttft', 'tpot', 'itl', 'e2el'],
        percentiles: [25, 50, 99.9],
      },
      save: { name: 'out.json' },
    },
  })
})

test('AIPerf: its first example, streaming asked for', async () => {
  expect(
    await read(
      '--model Qwen/Qwen3-0.6B --endpoint-type chat --endpoint /v1/chat/completions --streaming --synthetic-input-tokens-mean 100 --synthetic-input-tokens-stddev 0 --output-tokens-mean 200 --output-tokens-stddev 0 --url localhost:8000 --request-count 20',
    ),
  ).toMatchObject({
    endpoint: 'chat',
    stream: true,
    url: 'localhost:8000/v1/chat/completions',
    prompts: { kind: 'random', inputLen: 100, outputLen: 200 },
    load: { requests: 20 },
  })
})

test('AIPerf: goodput under its own names', async () => {
  expect(
    await read(
      '-m Qwen/Qwen3-0.6B --endpoint-type chat --streaming --url localhost:8000 --request-count 20 --goodput "time_to_first_token:100 inter_token_latency:3.40"',
    ),
  ).toMatchObject({ model: 'Qwen/Qwen3-0.6B', goodput: { ttft: 100, tpot: 3.4 } })
})

test('AIPerf: a request rate below a concurrency', async () => {
  expect(
    await read(
      '--model Qwen/Qwen3-0.6B --endpoint-type chat --endpoint /v1/chat/completions --streaming --url localhost:8000 --concurrency 100 --request-rate 200 --request-rate-mode poisson --random-seed 42 --request-count 500 --synthetic-input-tokens-mean 500 --output-tokens-mean 200',
    ),
  ).toMatchObject({
    load: { mode: 'open', arrival: 'poisson', rate: 200, maxConcurrency: 100, requests: 500 },
    sampling: { seed: 42 },
  })
})

test("AIPerf: TensorRT-LLM's client, with a tokenizer and a result file", async () => {
  const found = await read(
    '-m TinyLlama-1.1B-Chat-v1.0 --tokenizer TinyLlama/TinyLlama-1.1B-Chat-v1.0 --endpoint-type chat --random-seed 123 --synthetic-input-tokens-mean 128 --synthetic-input-tokens-stddev 0 --output-tokens-mean 128 --output-tokens-stddev 0 --request-count 100 --request-rate 10 --profile-export-file my_profile_export.json --url localhost:8000 --streaming',
  )
  expect(found).toMatchObject({ load: { mode: 'open', rate: 10 }, output: { save: { name: 'my_profile_export.json' } } }) // prettier-ignore
  expect(found.unused).toEqual([expect.stringContaining('counted by the server')])
})

test('AIPerf: extra inputs that have a flag here are that flag', async () => {
  expect(
    await read(
      '-m m --endpoint-type chat --streaming -u localhost:8000 --concurrency 16 --extra-inputs ignore_eos:true --extra-inputs min_tokens:200 --extra-inputs max_tokens:200 --extra-inputs top_k:20 -H "Authorization: Bearer x"',
    ),
  ).toMatchObject({
    sampling: { ignoreEos: true, minTokens: 200, maxTokens: 200 },
    extraBody: { top_k: 20 },
    headers: { authorization: 'Bearer x' },
  })
})

test('what would mean something else here is refused with what to write instead', async () => {
  await expect(read('--output-tokens-stddev 4')).rejects.toThrow('--range-ratio 0.2')
  await expect(read('--backend openai-chat --endpoint /v1/completions')).rejects.toThrow('--backend openai-chat means chat') // prettier-ignore
  await expect(read('--request-rate inf')).rejects.toThrow('say how much with --requests')
  await expect(read('--url http://a --port 1')).rejects.toThrow('two servers')
  await expect(read('--format vllm --steady')).rejects.toThrow('covers the whole run')
  await expect(read('--percentile-metrics ttft,zzz')).rejects.toThrow('there is no "zzz"')
  await expect(read('--metric-percentiles 0')).rejects.toThrow('above 0')
  await expect(read('--metadata nothing')).rejects.toThrow('KEY=VALUE')
})
