import * as Flags from '@oclif/core/flags'

const group = { helpGroup: "VLLM'S OUTPUT" }

/** What is printed; `bench` and `bench report` share it. */
export const formatFlags = {
  explain: Flags.boolean({ default: false, helpGroup: 'REPORT', description: 'print what each figure means, and what is not in it and why' }),
  format: Flags.string({ ...group, options: ['table', 'vllm'], default: 'table', description: "what is printed: our tables, or vLLM's \"Serving Benchmark Result\" block" }),
} // prettier-ignore

/** Results of `bench` in the shapes that scripts around vLLM's benchmark read. */
export const outputFlags = {
  ...formatFlags,
  'percentile-metrics': Flags.string({ ...group, helpValue: 'LIST', description: "metrics of vLLM's block and file: ttft,tpot,itl,e2el; default ttft,tpot,itl" }),
  'metric-percentiles': Flags.string({ ...group, helpValue: 'LIST', description: "percentiles in vLLM's block and file; default 99" }),
  'save-result': Flags.boolean({ ...group, default: false, description: "write vLLM's result file, one for each load" }),
  'save-detailed': Flags.boolean({ ...group, default: false, description: "write vLLM's result file with lists of all requests" }),
  'append-result': Flags.boolean({ ...group, default: false, description: "add to vLLM's result file, as a further line" }),
  'result-dir': Flags.string({ ...group, aliases: ['artifact-dir'], helpValue: 'DIR', description: "folder of vLLM's result file; made where it is missing" }),
  'result-filename': Flags.string({ ...group, aliases: ['profile-export-file'], helpValue: 'NAME', description: "name of vLLM's result file; default as there: BACKEND-RATEqps-concurrencyN-MODEL-DATE.json" }),
  label: Flags.string({ ...group, hidden: true, description: 'prefix of the file name, as in vLLM' }),
  metadata: Flags.string({ ...group, multiple: true, helpValue: 'KEY=VALUE', description: 'kept with the result, in every form of it (repeatable)' }),
} // prettier-ignore
