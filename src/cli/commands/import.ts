/** `loopwright import`: takes over what other tools have tracked. */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { EngineConnection } from '../../client/connection';
import type { ImportResult } from '../../protocol/imports';
import { adopt, isAdopted, makeStore } from '../../protocol/node/storeFolder';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { importDocument, importLines, importProgressLine } from '../importWords';
import { EXIT } from '../output';
import { lookAtRuns, storeToRunIn, unusable } from '../store';

const LOOK_AGAIN_MS = 200;

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
    const result = await perform(cli, connection, resolve(cwd, path));
    if (output.isJson) output.document(importDocument(result));
    else output.lines(importLines(result, output.paint));
    return result.runs.unreadable > 0 ? EXIT.failed : EXIT.done;
  } finally {
    connection.close();
  }
}

/** Has the engine do it, and says how far it has come. Ctrl+C ends it; what was imported until then stays. */
async function perform({ output }: Cli, connection: EngineConnection, path: string): Promise<ImportResult> {
  const cancel = () => {
    output.note('Cancelling…');
    connection.request('import/cancel', {}).catch(() => undefined); // a dead engine has ended it, too
  };
  process.once('SIGINT', cancel);
  let isOver = false;
  const result = connection.request('import/start', { path }).finally(() => (isOver = true));
  const tell = async () => {
    for (let last = ''; ;) {
      await Promise.race([sleep(LOOK_AGAIN_MS), result]);
      if (isOver) return;
      const line = importProgressLine(await connection.request('import/state', {}));
      if (line !== '' && line !== last) output.note(output.paintNote('dim', line));
      if (line !== '') last = line;
    }
  };
  try {
    const [done] = await Promise.all([result, tell()]);
    return done;
  } finally {
    process.off('SIGINT', cancel);
  }
}
