/** What programs tell and ask that use the store as a tracking server, as the rest of the engine sees it. */
export {
  type ClientExperiment,
  type ClientPoint,
  ClientReads,
  type ClientRun,
  type DatasetRow,
  type Pair,
  type RunValues,
  STATE_COLUMNS,
  type View,
} from './reads';
export {
  type LoggedModel,
  type LoggedModelMetric,
  type ModelVersion,
  type RegisteredModel,
  RegistryReads,
} from './registryReads';
export { type RunSearch, searchRuns } from './runSearch';
export type {
  Change,
  ImportedExperiment,
  ImportedModel,
  ImportedModelMetric,
  ImportedRegistered,
  ImportedVersion,
  Texts,
} from './imported';
export { artifactKindOf } from './artifactKind';
export { type AskedGate, Gates, type Judged, type Move } from './gates';
export { MODEL_STATUS, type ModelStatus } from './modelWrites';
export {
  alreadyExists,
  doesNotExist,
  invalid,
  Refusal,
  REFUSAL_CODES,
  type RefusalCode,
  type Refused,
  StaleGate,
} from './refusal';
export type { RegistryEvent, RegistryEventData, RegistryEventName } from './registryEvents';
export { canonicalStage, type FilesOutcome, type PendingFiles, STAGES } from './registryWrites';
export { type Author, type Reply, type SessionEvents, valueOf } from './session';
export { type FilesRow, REMOVED, versionStatus } from './versionFiles';
export { noWebhook, WebhookReads, type WebhookRow, type WebhookStatus } from './webhookReads';
export type { WebhookChange } from './webhookWrites';
export { ClientWriter, type Write, type WriteMethod, type WriteTable } from './writes';
