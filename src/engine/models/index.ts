/** What can be told of a model's file without running or loading it, as the rest of the engine sees it. */
export { inspectInJob } from './inspections';
export { inspectModel, type KeptPlace } from './task';
