/** `loopwright import`: takes over what other tools have tracked. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { EngineConnection } from '../../client/connection';
import { LoopwrightError } from '../../protocol/errors';
import type { ImportSource } from '../../protocol/imports';
import { adopt, isAdopted, makeStore } from '../../protocol/node/storeFolder';
import type { Result } from '../../protocol/requests';
import type { ServerAccess } from '../../protocol/servers';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { importDocument, importLines, importProgressLine } from '../importWords';
import { followWork } from '../longWork';
import { EXIT } from '../output';
import { SERVER_TOKEN, serverNamed } from '../servers';
import { lookAtRuns, storeToRunIn, unusable } from '../store';

export function addImport(program: Command, perform: Perform): void {
  withCommonOptions(program.command('import'))
    .argument('<source>', 'a mlflow.db, a folder mlruns, the folder that holds one, or the address of a server')
    .option('--experiment <name>', 'of a server: only this experiment (again for more)', collect)
    .option('--run <id>', 'of a server: only this run, with its children (again for more)', collect)
    .summary('take over the runs and models of MLflow')
    .description(
      'Import the experiments, runs, artifacts and models that MLflow keeps in a database (mlflow.db), in files ' +
        '(mlruns) or on a tracking server. Nothing there is changed, and it may be in use meanwhile. Importing again ' +
        `takes what is new. A server that wants a token gets the one in ${SERVER_TOKEN}.`,
    )
    .addHelpText(
      'after',
      examples('import mlflow.db', 'import ../old/mlruns', 'import https://mlflow.example.com --experiment fraud'),
    )
    .action((source: string, options: Chosen, self: Command) =>
      perform(self, (cli) => importFrom(cli, source, options)),
    );
}

interface Chosen {
  readonly experiment?: readonly string[];
  readonly run?: readonly string[];
}

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

async function importFrom(cli: Cli, named: string, chosen: Chosen): Promise<number> {
  const { output, engines, store, cwd, env } = cli;
  // Asking for it is adopting the store, as asking for a run is.
  const paths = makeStore(storeToRunIn(store, cwd, env));
  if (!isAdopted(paths)) adopt(paths);
  const { connection, state } = await engines.open(paths);
  try {
    if (state.state === 'unusable') throw unusable(state);
    await lookAtRuns(connection);
    const source = await sourceOf(cli, named, chosen, connection);
    // What was imported until then stays when it is cancelled.
    const result = await followWork(output, {
      start: () => connection.request('import/start', source),
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

async function sourceOf(
  { cwd, env }: Cli,
  named: string,
  { experiment: names, run: runIds }: Chosen,
  connection: EngineConnection,
): Promise<ImportSource> {
  const server = serverNamed(named, env);
  if (server === null) {
    if (names || runIds)
      throw new LoopwrightError(
        'bad_request',
        'Of a file or folder all is imported: --experiment and --run are for servers.',
      );
    return { path: resolve(cwd, named) };
  }
  if (names && runIds)
    throw new LoopwrightError(
      'bad_request',
      'Name experiments or runs, not both: --experiment and --run exclude each other.',
    );
  return {
    ...server,
    ...(runIds ? { runIds: [...runIds] } : {}),
    ...(names ? { experimentIds: await experimentIds(connection, server, new Set(names)) } : {}),
  };
}

/** @throws LoopwrightError `not_found` for one that is not there */
async function experimentIds(
  connection: EngineConnection,
  server: ServerAccess,
  names: ReadonlySet<string>,
): Promise<string[]> {
  const found = new Map<string, string>();
  for (let pageToken: string | null | undefined; pageToken !== null;) {
    const page: Result<'servers/experiments'> = await connection.request('servers/experiments', {
      server,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    for (const { id, name } of page.experiments) if (names.has(name)) found.set(name, id);
    pageToken = page.nextPageToken;
  }
  const missing = [...names].filter((name) => !found.has(name));
  if (missing.length > 0)
    throw new LoopwrightError('not_found', `${server.url} has no experiment "${missing.join('", "')}".`);
  return [...found.values()];
}
