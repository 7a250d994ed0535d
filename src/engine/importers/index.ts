/** Taking over what other tools have tracked, as the rest of the engine sees it. */
export { importRuns } from './importRuns';
export { outlineImport } from './outline';
export { Imports } from './imports';
