/** Every command of the extension. A test holds this list equal to package.json. */
export const COMMAND_IDS = [
  'loopwright.runFile',
  'loopwright.runFileWithArguments',
  'loopwright.debugFile',
  'loopwright.trackTerminals',
  'loopwright.stopRun',
  'loopwright.openRun',
  'loopwright.runAgain',
  'loopwright.showTerminal',
  'loopwright.deleteRun',
  'loopwright.restoreRun',
  'loopwright.copyRunId',
  'loopwright.refreshRuns',
  'loopwright.showLog',
  'loopwright.adoptStore',
  'loopwright.repairStore',
  'loopwright.retryEngine',
  'loopwright.loadMore',
  'loopwright.showRunning',
] as const;
export type CommandId = (typeof COMMAND_IDS)[number];
