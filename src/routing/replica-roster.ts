import type { Engine } from '../engine/engine.ts'
import type { Replica } from '../engine/replica.ts'
import { pickReplica, type PickPolicy } from './pick-replica.ts'
import { createPrefixIndex } from './prefix-index.ts'
import type { PromptPrefix } from './prompt-prefix.ts'
import type { BreakerView, GuardedPass } from './replica-guard.ts'
import {
  createRosterMembers,
  findHeldBack,
  type HeldBack,
  type MembersOptions,
  type ServingMember,
} from './roster-members.ts'

/** Prefix blocks that are remembered of one model's replicas: a million characters of prompts. */
const prefixCapacity = 8192

export type Wish = {
  prefix: PromptPrefix
  /** Engines that are not to be asked. */
  excludes(engine: Engine): boolean
  /** Where the request is prepared already. */
  preferred?: Engine | undefined
}

/** A replica that was picked for one request. */
export type Seat = {
  id: string
  engine: Engine
  /** The prompt is processed there from now on. */
  begin(): void
  /** The engine counts the request by itself now, or it is over; idempotent. Until then the seat counts as load. */
  settle(): void
  /** How the attempt goes and went, for the replica's breaker. It must be concluded. */
  pass: GuardedPass
}

export type RosterOptions = MembersOptions & { policy: PickPolicy }

/** The replicas of one model, and whose turn it is. */
export interface ReplicaRoster {
  add(replica: Replica): void
  remove(id: string): void
  replicas(): Replica[]
  /** Engines of replicas that serve, whether or not their breaker lets requests through. */
  serving(): Engine[]
  /** Those of them whose breaker is closed. */
  trusted(): Engine[]
  breaker(id: string): BreakerView | undefined
  /** What holds requests back, where it is breakers alone: no replica would take one, whatever happens but time. */
  heldBack(): HeldBack | undefined
  /** Whether a replica still runs on it, whatever its state. */
  has(engine: Engine): boolean
  /** Undefined: none serves that may be asked. */
  pick(wish: Wish): Seat | undefined
}

export function createReplicaRoster(options: RosterOptions): ReplicaRoster {
  const { policy } = options
  const members = createRosterMembers(options)
  const index = createPrefixIndex(prefixCapacity)
  let picks = 0
  const enginesOf = (some: readonly ServingMember[]) => some.map(({ replica }) => replica.engine)
  // One replica needs no index, and most models have one; taking turns needs none either.
  const usesIndex = () => policy === 'least-load' && members.all().length > 1

  const take = (member: ServingMember, prefix: PromptPrefix): Seat => {
    const { owner, replica } = member
    let isPending = true
    member.pending++
    member.lastPicked = ++picks
    return {
      id: replica.id,
      engine: replica.engine,
      pass: member.guard.enter(replica.engine),
      begin() {
        if (usesIndex()) index.record(owner, prefix.blocks())
      },
      settle() {
        if (isPending) member.pending--
        isPending = false
      },
    }
  }
  return {
    add: members.add,
    remove: members.remove,
    replicas: () => members.all().map(({ replica }) => replica),
    serving: () => enginesOf(members.serving()),
    trusted: () => enginesOf(members.serving().filter(({ guard }) => guard.view().state === 'closed')),
    breaker: (id) => members.find(id)?.guard.view(),
    heldBack: () => findHeldBack(members.all()),
    has: (engine) => members.all().some(({ replica }) => replica.engine === engine),
    pick({ prefix, excludes, preferred }) {
      const isAble = ({ replica, guard }: ServingMember) => !excludes(replica.engine) && guard.isOpenTo()
      const able = members.serving().filter(isAble)
      if (able.length < 2) return able[0] && take(able[0], prefix)
      const blocks = usesIndex() ? prefix.blocks() : []
      const candidates = able.map((member) => describeCandidate(member, index.match(member.owner, blocks)))
      const picked = pickReplica(candidates, {
        policy,
        promptCharacters: prefix.characters,
        preferred: able.find(({ replica }) => replica.engine === preferred)?.replica.id,
      })
      return picked && take(picked.member, prefix)
    },
  }
}

function describeCandidate(member: ServingMember, matched: number) {
  const { slots, busySlots, waiting } = member.replica.engine.status()
  const { replica, pending, lastPicked } = member
  return { id: replica.id, slots, busySlots, waiting, pending, matched, lastPicked, member }
}
