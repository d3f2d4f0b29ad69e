import type { EndpointName } from '../endpoints/registry.ts'
import type { FailureKind } from '../wire/failure.ts'
import type { Step } from './step.ts'
import type { Shape } from './streams.ts'

export type Behaviour = {
  /** What the server does, in the words of the accuracy table. */
  says: string
  /** `serial` counts the answers of this behaviour from 0. */
  steps(shape: Shape, serial: number): Step[]
  /** Which API it speaks; absent: chat. */
  endpoint?: EndpointName
  /** How the request must end; undefined: well. */
  failure?: FailureKind
  /** The server reports no token counts. */
  uncounted?: true
  /** The server reports none in its answers, and its tokenize endpoint counts their text. */
  tokenizer?: true
  /** The gaps between reads are not the gaps between tokens, and may not be called so. */
  noItl?: true
}
