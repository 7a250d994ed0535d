/** What is loaded when something is exported; `index.ts` does so. */
export { exportRuns } from './exportRuns';
