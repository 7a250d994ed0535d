/** Tracking as the rest of the engine sees it. */
export type { EngineWorkKind } from './engineWork';
export { readSpecOf } from './files';
export { Follower } from './follow';
export { readRunner } from './runFiles';
export { BEING_REMOVED, type RemovedRows, RunRemoval } from './removal';
export { Runs } from './runs';
export { trackingQueries } from './queries';
export { stopRun } from './stop';
