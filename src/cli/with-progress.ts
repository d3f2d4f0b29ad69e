/** Runs a job under a spinner on a terminal; quiet in a pipe. The spinner shows what the job reports. */
export async function withProgress<T>(
  text: string,
  job: (report: (text: string) => void) => Promise<T>,
): Promise<T> {
  if (!process.stderr.isTTY) return job(() => undefined)
  const { default: ora } = await import('ora')
  // discardStdin would swallow what a user types for the prompt that follows.
  const spinner = ora({ text, stream: process.stderr, discardStdin: false })
  const timer = setTimeout(() => spinner.start(), 120)
  try {
    return await job((next) => {
      spinner.text = next
    })
  } finally {
    clearTimeout(timer)
    spinner.stop()
  }
}
