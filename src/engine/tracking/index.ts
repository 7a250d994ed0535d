/** Tracking as the rest of the engine sees it. */
export type { EngineWorkKind } from './engineWork';
export { Follower, readRunner } from './follow';
export { Runs } from './runs';
export { trackingQueries } from './queries';
export { stopRun } from './stop';
