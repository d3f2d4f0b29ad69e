/** What an open loop's rate counts. */
export type ArrivalUnit = 'requests/s' | 'sessions/s'

/** What a load is counted in. */
export type LoadUnit = 'requests in flight' | 'sessions in flight' | ArrivalUnit
