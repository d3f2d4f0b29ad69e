import { AppError } from '../errors.ts'

/** Why a credential is not good. For the operator's log only: the caller is never told. */
export type RefusalReason = 'missing' | 'unknown' | 'expired' | 'revoked' | 'bad_token'

/** The same words for every reason: what is wrong with a key is nobody's business but its owner's. */
export class Refusal {
  readonly reason: RefusalReason
  constructor(reason: RefusalReason) {
    this.reason = reason
  }
}

export const refuse = (reason: RefusalReason): AppError =>
  new AppError(
    'invalid_api_key',
    reason === 'missing'
      ? 'this server wants a key: send it as "Authorization: Bearer KEY"'
      : 'the key or token is not valid',
    { cause: new Refusal(reason) },
  )
