/** What can be told of a model's file without running or loading it, as the rest of the engine sees it. */
export { cardInJob, inspectFileInJob, inspectInJob } from './inspections';
export { readCard } from './card';
export { compareGraphsOf, inspectElsewhere, inspectModel } from './task';
export { modelHandlers } from './handlers';
export { fileAt } from './place';
