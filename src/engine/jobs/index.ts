/** Killable processes for what is long, heavy or crashy, as the rest of the engine sees them. */
export { type JobOptions, Jobs } from './jobs';
export { jobWithin } from './within';
export type { JobContext, TaskResult, Tasks } from './tasks';
