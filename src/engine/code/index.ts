/** The exact code of runs: snapshots in a repository of the store's own, and looking at them. */
export { checkLoaded } from './check';
export { CodeQueries } from './queries';
export { takeSnapshot, treeOfNow } from './snapshot';
