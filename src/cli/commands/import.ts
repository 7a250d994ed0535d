/** `loopwright import`: takes over what other tools have tracked. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { adopt, isAdopted, makeStore } from '../../protocol/node/storeFolder';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { importDocument, importLines, importProgressLine } from '../importWords';
import { followWork } from '../longWork';
import { EXIT } from '../output';
import { lookAtRuns, storeToRunIn, unusable } from '../store';

export function addImport(program: Command, perform: Perform): void {
  withCommonOptions(program.command('import'))
    .argument('<path>', 'a mlflow.db, a folder mlruns, or the folder that holds one')
    .summary('take over the runs and models of MLflow')
    .description(
      'Import the experiments, runs, artifacts and models that MLflow keeps in a database (mlflow.db) or in files ' +
        '(mlruns). Nothing there is changed, and it may be in use meanwhile. Importing again takes what is new.',
    )
    .addHelpText('after', examples('import mlflow.db', 'import ../old/mlruns', 'import --json .'))
    .action((path: string, _: unknown, self: Command) => perform(self, (cli) => importFrom(cli, path)));
}

async function importFrom(cli: Cli, path: string): Promise<number> {
  const { output, engines, store, cwd, env } = cli;
  // Asking for it is adopting the store, as asking for a run is.
  const paths = makeStore(storeToRunIn(store, cwd, env));
  if (!isAdopted(paths)) adopt(paths);
  const { connection, state } = await engines.open(paths);
  try {
    if (state.state === 'unusable') throw unusable(state);
    await lookAtRuns(connection);
    // What was imported until then stays when it is cancelled.
    const result = await followWork(output, {
      start: () => connection.request('import/start', { path: resolve(cwd, path) }),
      progress: async () => importProgressLine(await connection.request('import/state', {})),
      cancel: () => connection.request('import/cancel', {}),
    });
    if (output.isJson) output.document(importDocument(result));
    else output.lines(importLines(result, output.paint));
    return result.runs.unreadable > 0 ? EXIT.failed : EXIT.done;
  } finally {
    connection.close();
  }
}
