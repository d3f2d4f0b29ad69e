/** Result files are shared; a key in them would be a leak. Covers `--api-key KEY` and `--api-key=KEY`. */
export const redactArgv = (argv: string[]): string[] =>
  argv.map((word, index) => {
    if (word.startsWith('--api-key=')) return '--api-key=[redacted]'
    return argv[index - 1] === '--api-key' ? '[redacted]' : word
  })
