/** Killable processes for what is long, heavy or crashy, as the rest of the engine sees them. */
export { Jobs } from './jobs';
export { JobJournal } from './journal';
export type { JobContext, Tasks } from './tasks';
