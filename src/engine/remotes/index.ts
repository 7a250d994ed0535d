/** Tracking servers of MLflow's elsewhere, as the rest of the engine sees them. */
export { browseExperiments, browseRuns } from './browse';
export { MlflowClient, ServerRefusal } from './client';
export * as serverReads from './reads';
export { Nothing, type WireMetric, type WireModel, type WireRegistered, type WireRun, type WireVersion } from './wire';
