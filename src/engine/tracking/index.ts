/** Tracking as the rest of the engine sees it. */
export { Follower, readRunner } from './follow';
export { Runs } from './runs';
export { trackingQueries } from './queries';
export { stopRun } from './stop';
