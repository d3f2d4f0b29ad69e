import type { Engine } from '../engine/engine.ts'
import type { Replica } from '../engine/replica.ts'
import type { BreakerRules } from './breaker.ts'
import { createReplicaGuard, type BreakerView, type GuardChange, type ReplicaGuard } from './replica-guard.ts'

export type MembersOptions = {
  breaker: BreakerRules
  /** Runs after each change of a replica, of its breaker, and of the set of them. */
  onChange(): void
  onBreaker(replica: string, change: GuardChange): void
}

/** No request is taken, and breakers are why. */
export type HeldBack = { retryAfterMs: number; views: { id: string; view: BreakerView }[] }

type Member = {
  replica: Replica
  guard: ReplicaGuard
  /** Whom the prefix index knows; another one after each change of engine. */
  owner: number
  engine: Engine | undefined
  pending: number
  lastPicked: number
  unsubscribe(): void
}

export type ServingMember = Member & { replica: Replica & { engine: Engine } }

const isServing = (member: Member): member is ServingMember =>
  member.replica.state === 'serving' && member.replica.engine !== undefined

/** Undefined: a replica would take a request now, or may once it has come back. */
export function findHeldBack(members: readonly Member[]): HeldBack | undefined {
  const coming = members.filter(({ replica }) => replica.state === 'serving' || replica.state === 'starting')
  if (coming.length === 0 || coming.some(({ guard }) => guard.isOpenTo())) return undefined
  const views = coming.map(({ replica, guard }) => ({ id: replica.id, view: guard.view() }))
  return { retryAfterMs: Math.min(...views.map(({ view }) => view.retryInMs)), views }
}

export function createRosterMembers({ breaker, onChange, onBreaker }: MembersOptions) {
  const members = new Map<string, Member>()
  let owners = 0
  const follow = (member: Member) => {
    const { engine } = member.replica
    if (engine !== undefined && engine !== member.engine) {
      if (member.engine !== undefined) member.guard.renew()
      member.engine = engine
      member.owner = ++owners
    }
    onChange()
  }
  return {
    all: () => [...members.values()],
    find: (id: string) => members.get(id),
    serving: () => [...members.values()].filter(isServing),
    add(replica: Replica) {
      members.get(replica.id)?.unsubscribe()
      const unsubscribe = replica.subscribe(() => follow(member))
      const guard = createReplicaGuard(breaker, (change) => {
        onBreaker(replica.id, change)
        onChange()
      })
      const member: Member = {
        replica,
        guard,
        engine: undefined,
        owner: 0,
        pending: 0,
        lastPicked: 0,
        unsubscribe,
      }
      members.set(replica.id, member)
      follow(member)
    },
    remove(id: string) {
      members.get(id)?.unsubscribe()
      if (members.delete(id)) onChange()
    },
  }
}
