import * as Flags from '@oclif/core/flags'

const hidden = { hidden: true, helpGroup: 'OUTPUT AS OTHER TOOLS' }

/** Flags of other tools that ask for what happens here anyway, or for what is not needed here. Their scripts run as they are. */
export const familiarFlags = {
  tokenizer: Flags.string({ ...hidden, aliases: ['tokenizer-mode'] }),
  'disable-tqdm': Flags.boolean({ ...hidden, aliases: ['disable-progress', 'no-progress'] }),
  ui: Flags.string({ ...hidden, aliases: ['ui-type'] }),
  'skip-tokenizer-init': Flags.boolean(hidden),
  'trust-remote-code': Flags.boolean(hidden),
  'skip-chat-template': Flags.boolean(hidden),
  'synthetic-input-tokens-stddev': Flags.string(hidden),
  'output-tokens-stddev': Flags.string(hidden),
  'confidence-level': Flags.string(hidden),
} // prettier-ignore
