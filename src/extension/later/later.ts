/** What is loaded when it is asked for; `index.ts` does so. */
export { copyTrackingUri } from '../commands/copyTrackingUri';
export { exportRuns } from '../exports/exportRuns';
export { chooseAndImport } from '../imports/importInto';
export { offerToImport } from '../imports/offer';
export { chooseFilter } from '../views/runs/query/chooseFilter';
