/** Tracking as the rest of the engine sees it. */
export type { EngineWorkKind } from './engineWork';
export { RunEdits } from './edits';
export { readSpecOf } from './files';
export { Follower } from './follow';
export { readRunner } from './runFiles';
export { BEING_REMOVED, type RemovedRows, RunRemoval } from './removal';
export { trackingQueries } from './queries';
export { stopRun } from './stop';
export { parseMlflowFilter, parseMlflowOrder, withinTime } from './filter';
export type { Condition } from './conditions';
export type { OrderOfRuns } from './runOrder';
export { type Found, type Place, runsInOrder } from './runPages';
export type { Selection } from './selection';
