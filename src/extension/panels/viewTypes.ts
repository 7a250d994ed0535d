/** What VS Code knows pages by that are loaded late: whoever waits for them names them, too. */
export const COMPARE_RUNS = 'loopwright.compareRuns';
export const COMPARE_VERSIONS = 'loopwright.compareVersions';
export const ENDPOINT = 'loopwright.endpoint';
export const MODEL_VERSION = 'loopwright.modelVersion';
