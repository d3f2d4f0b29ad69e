import * as Flags from '@oclif/core/flags'

/** What `bench` asks the server beside the load. */
export const serverFlags = {
  'server-metrics': Flags.boolean({ allowNo: true, default: true, helpGroup: 'TARGET', description: "read the server's own figures before, while and after it is measured, where it has them (vLLM, SGLang, TGI, llama-server, sluice)" }),
  'metrics-url': Flags.string({ helpGroup: 'TARGET', helpValue: 'URL', description: "where the server's own figures are; default: its /metrics. Another server gets no key" }),
  'reset-cache': Flags.boolean({ default: false, helpGroup: 'TARGET', description: "have the server forget cached prompts before each measurement (vLLM's /reset_prefix_cache, SGLang's /flush_cache, sluice's /api/models/reset-cache)" }),
} // prettier-ignore
