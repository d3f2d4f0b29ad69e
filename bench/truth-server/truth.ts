/** What one answer really was, on the machine's monotonic clock in milliseconds. */
export type Truth = {
  behaviour: string
  /** The last user message: the load generator's prompts tell their own number. */
  prompt: string
  receivedAt: number
  /** When each event with output was handed to the socket; events of one write share their time. */
  outputs: number[]
  tokens: number
  /** When the answer was ended, usage and all; absent while it runs. */
  endedAt?: number
}
