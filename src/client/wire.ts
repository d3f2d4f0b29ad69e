/** The wire types that commands print; they live with the protocol that defines them. */
export type {
  DaemonStatus,
  ListedModel,
  ListedWorker,
  PulledModelResult,
  RemovedModel,
  RunningEngine,
  RunningReplica,
  ShownModel,
} from '../protocols/control/types.ts'
export type { IssuedKeyAnswer, ListedKey } from '../protocols/control/key-types.ts'
