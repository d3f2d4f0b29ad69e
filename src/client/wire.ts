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
export type { VerifiedUsage } from '../protocols/control/usage-types.ts'
export type { IssuedKeyAnswer, ListedKey } from '../protocols/control/key-types.ts'
export type { AllStats } from '../protocols/reports/types.ts'
