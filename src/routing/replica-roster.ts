import type { Engine } from '../engine/engine.ts'
import type { Replica } from '../engine/replica.ts'
import { pickReplica, type PickPolicy } from './pick-replica.ts'
import { createPrefixIndex } from './prefix-index.ts'
import type { PromptPrefix } from './prompt-prefix.ts'

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
}

/** The replicas of one model, and whose turn it is. */
export interface ReplicaRoster {
  add(replica: Replica): void
  remove(id: string): void
  replicas(): Replica[]
  /** Engines that take requests now. */
  serving(): Engine[]
  /** Whether a replica still runs on it, whatever its state. */
  has(engine: Engine): boolean
  /** Undefined: none serves that may be asked. */
  pick(wish: Wish): Seat | undefined
}

type Member = {
  replica: Replica
  /** Whom the prefix index knows; another one after each change of engine. */
  owner: number
  engine: Engine | undefined
  pending: number
  lastPicked: number
  unsubscribe(): void
}

/** `onChange` runs after each change of a replica and of the set of them. */
export function createReplicaRoster(policy: PickPolicy, onChange: () => void): ReplicaRoster {
  const members = createMembers(onChange)
  const index = createPrefixIndex(prefixCapacity)
  let picks = 0
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
    serving: () => members.serving().map(({ replica }) => replica.engine),
    has: (engine) => members.all().some(({ replica }) => replica.engine === engine),
    pick({ prefix, excludes, preferred }) {
      const able = members.serving().filter(({ replica }) => !excludes(replica.engine))
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

function createMembers(onChange: () => void) {
  const members = new Map<string, Member>()
  let owners = 0
  const follow = (member: Member) => {
    const { engine } = member.replica
    if (engine !== undefined && engine !== member.engine) {
      member.engine = engine
      member.owner = ++owners
    }
    onChange()
  }
  return {
    all: () => [...members.values()],
    serving: () => [...members.values()].filter(isServing),
    add(replica: Replica) {
      members.get(replica.id)?.unsubscribe()
      const unsubscribe = replica.subscribe(() => follow(member))
      const member: Member = { replica, engine: undefined, owner: 0, pending: 0, lastPicked: 0, unsubscribe }
      members.set(replica.id, member)
      follow(member)
    },
    remove(id: string) {
      members.get(id)?.unsubscribe()
      if (members.delete(id)) onChange()
    },
  }
}

type ServingMember = Member & { replica: Replica & { engine: Engine } }

const isServing = (member: Member): member is ServingMember =>
  member.replica.state === 'serving' && member.replica.engine !== undefined

function describeCandidate(member: ServingMember, matched: number) {
  const { slots, busySlots, waiting } = member.replica.engine.status()
  const { replica, pending, lastPicked } = member
  return { id: replica.id, slots, busySlots, waiting, pending, matched, lastPicked, member }
}
