import * as Flags from '@oclif/core/flags'

const load = { helpGroup: 'LOAD' }

/** Loads of `bench` that are shaped by users: traces, conversations, people who leave. */
export const sessionFlags = {
  trace: Flags.string({ ...load, exclusive: ['prompt', 'prompts', 'dataset', 'request-rate', 'arrival', 'burstiness', 'ramp-up', 'ramp-up-strategy', 'ramp-up-start-rps', 'ramp-up-end-rps', 'turns', 'input-len', 'output-len', 'range-ratio', 'prefix-len', 'num-prefixes'], helpValue: 'FILE.jsonl', description: 'replay requests at their times: lines of {"timestamp": ms, "input_length", "output_length", "hash_ids"} (Mooncake) or with a prompt' }),
  'trace-speed': Flags.string({ ...load, aliases: ['time-scale'], dependsOn: ['trace'], helpValue: 'N', description: '2 replays a trace twice as fast' }),
  turns: Flags.integer({ ...load, min: 1, max: 1000, helpValue: 'N', description: 'sessions of so many turns; each sends the history with the server\'s own answers. --requests counts turns; with --request-rate so many new sessions per second begin, at most --concurrency at a time' }),
  'think-time': Flags.string({ ...load, dependsOn: ['turns'], helpValue: '2s|1s-5s', description: 'pause before each further turn; a range is drawn from' }),
  'cancel-rate': Flags.string({ ...load, aliases: ['request-cancellation-rate'], helpValue: '10%', description: 'cancel this share of the requests; they are counted apart, not as failures' }),
  'cancel-after': Flags.string({ ...load, dependsOn: ['cancel-rate'], helpValue: '500ms|1s-3s|8|1-16', description: 'when --cancel-rate cancels: after a time, or a count of output events; a range is drawn from. Default 1-16 events, or 0.1s-1s without streaming' }),
} // prettier-ignore
