/**
 * Every request and notification between the engine and whoever talks to it (windows, command line), as one table.
 * A request without a handler is a compile error on the engine's side, see `engine/rpc/dispatch.ts`.
 */
import * as z from 'zod';
import { RunId, StoreState } from './entities';
import { artifactRequests } from './requests/artifacts';
import { codeRequests } from './requests/code';
import { configRequests } from './requests/config';
import { type Request } from './requests/define';
import { driftRequests } from './requests/driftSides';
import { endpointRequests } from './requests/endpoints';
import { engineRequests } from './requests/engine';
import { exportRequests } from './requests/exports';
import { importRequests } from './requests/imports';
import { metricRequests } from './requests/metrics';
import { modelRequests } from './requests/models';
import { notebookRequests } from './requests/notebooks';
import { predictionRequests } from './requests/predictions';
import { registryRequests } from './requests/registry';
import { runRequests } from './requests/runs';
import { serverRequests } from './requests/servers';
import { storeRequests } from './requests/store';

export * from './requests/artifacts';
export * from './requests/code';
export { DriftSource } from './requests/driftSides';
export { MAX_PAGE } from './requests/define';
export * from './requests/engine';
export * from './requests/metrics';
export { ModelPlace } from './requests/models';
export * from './requests/runs';
export { ServerExperiment, ServerRun } from './requests/servers';

/** Raised when a message changes its meaning; an engine refuses clients that speak another number. */
export const PROTOCOL_VERSION = 1;

/** A message above this size is refused on both sides. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

export const requests = {
  ...engineRequests,
  ...runRequests,
  ...metricRequests,
  ...artifactRequests,
  ...modelRequests,
  ...endpointRequests,
  ...driftRequests,
  ...notebookRequests,
  ...codeRequests,
  ...storeRequests,
  ...exportRequests,
  ...importRequests,
  ...serverRequests,
  ...registryRequests,
  ...predictionRequests,
  ...configRequests,
} as const satisfies Record<string, Request>;

export type Requests = typeof requests;
export type Method = keyof Requests;
/** What a caller may leave out has a default. */
export type Params<M extends Method> = z.input<Requests[M]['params']>;
/** What a handler gets, defaults filled in. */
export type CheckedParams<M extends Method> = z.output<Requests[M]['params']>;
export type Result<M extends Method> = z.output<Requests[M]['result']>;

/** Why a client should look again, coalesced over a tenth of a second. */
export const Changed = z.object({
  /** Experiments or the set of runs below them changed. */
  structure: z.boolean(),
  /** Runs whose row or page changed. */
  runIds: z.array(RunId),
  /** Registered models or their versions changed. */
  registry: z.boolean().optional(),
  store: StoreState.optional(),
});
export type Changed = z.infer<typeof Changed>;

export const notifications = { changed: Changed } as const;
