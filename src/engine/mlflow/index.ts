/** MLflow's protocol in front of what clients tell and ask. */
export { mlflowReads, type MlflowReads, type ReadMethod } from './reads';
export { type Backend, MlflowServer } from './server';
