import * as Flags from '@oclif/core/flags'

const group = { helpGroup: 'REQUESTS' }

/** What goes with every request of `bench` beyond its prompt, under the names that other tools gave it. */
export const wireFlags = {
  header: Flags.string({ ...group, char: 'H', multiple: true, helpValue: "'Name: value'", description: 'send this header with each request (repeatable; Name=value too). Values are never written anywhere' }),
  'extra-body': Flags.string({ ...group, aliases: ['extra-inputs', 'extra-request-body'], multiple: true, helpValue: "'{\"top_k\": 20}'", description: 'further fields of each request, as JSON or as name:value (repeatable)' }),
  'top-p': Flags.string({ ...group, helpValue: 'P', description: 'nucleus sampling; also --top-k, --min-p, --frequency-penalty, --presence-penalty, --repetition-penalty' }),
  'top-k': Flags.string({ ...group, hidden: true }),
  'min-p': Flags.string({ ...group, hidden: true }),
  'frequency-penalty': Flags.string({ ...group, hidden: true }),
  'presence-penalty': Flags.string({ ...group, hidden: true }),
  'repetition-penalty': Flags.string({ ...group, hidden: true }),
} // prettier-ignore
