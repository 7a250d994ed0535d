/** `loopwright export`: runs in the formats of other programs. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { EngineConnection } from '../../client/connection';
import { LoopwrightError } from '../../protocol/errors';
import { EXPORT_FORMATS, type ExportFormat, type MlflowMajor } from '../../protocol/exports';
import type { Params } from '../../protocol/requests';
import type { ServerAccess } from '../../protocol/servers';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { exportDocument, exportLines, exportProgressLine, sendDocument, sendLines } from '../exportWords';
import { findRuns } from '../lookup';
import { followWork, type LongWork } from '../longWork';
import { EXIT } from '../output';
import { SERVER_TOKEN, serverNamed } from '../servers';
import { storeToRead } from '../store';

interface ExportOptions {
  readonly format?: ExportFormat;
  readonly mlflow: MlflowMajor;
  readonly filter?: string;
  readonly search?: string;
  readonly deleted?: boolean;
  readonly overwrite?: boolean;
}

const withExportOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--format <format>', "of the files (default: what PATH's ending says, mlflow for a folder)").choices(
        EXPORT_FORMATS,
      ),
    )
    .addOption(
      new Option('--mlflow <version>', 'the oldest MLflow to open the database: 2 (2.9), without logged models')
        .choices(['2', '3'])
        .default('3'),
    )
    .option('--deleted', 'deleted runs too (a database of MLflow has them by itself, as deleted)')
    .option('--overwrite', 'write over files that are there');

export function addExport(program: Command, perform: Perform): void {
  withExportOptions(withCommonOptions(program.command('export')))
    .summary('write runs out: MLflow, CSV, Parquet, JSON, a server')
    .description(
      'Write runs with all that they have into files: an MLflow database (.db) with the artifacts beside it, which ' +
        '"mlflow ui" opens; tables of runs and of points (.csv, .parquet); or a document (.json). Or send them to a ' +
        `tracking server of MLflow; one that wants a token gets the one in ${SERVER_TOKEN}. Sending again sends what is new.`,
    )
    .argument('<path>', 'a file, a folder, or the address of a server')
    .argument('[runs...]', 'only these, with their children (default: all)')
    .option('--filter <filter>', 'only runs that meet it, with their children, such as "metrics.auc > 0.9"')
    .option('--search <text>', 'only runs with each of these words, with their children')
    .addHelpText(
      'after',
      examples(
        'export out/mlflow.db',
        'export runs.csv --filter "metrics.auc > 0.9"',
        'export best.parquet latest 0195f7a2',
        'export everything --format mlflow --mlflow 2',
        'export https://mlflow.example.com latest',
      ),
    )
    .action((path: string, runs: string[], options: ExportOptions, self: Command) =>
      perform(self, (cli) => exportRuns(cli, path, runs, options)),
    );
}

/** `runs export ID PATH`: the same, where one looks for what is done with a run. */
export function addRunExport(command: Command, perform: Perform): void {
  withExportOptions(command)
    .argument('<id>', 'the run')
    .argument('<path>', 'a file, or a folder')
    .addHelpText('after', examples('runs export latest best.json'))
    .action((id: string, path: string, options: ExportOptions, self: Command) =>
      perform(self, (cli) => exportRuns(cli, path, [id], options)),
    );
}

/** The ways to say which runs are meant; without one, all are. */
interface Chosen {
  readonly runIds?: string[];
  readonly filter?: string;
  readonly search?: string;
}

async function exportRuns(cli: Cli, path: string, ids: readonly string[], options: ExportOptions): Promise<number> {
  const { filter, search } = options;
  if (ids.length > 0 && (filter !== undefined || search !== undefined))
    throw new LoopwrightError('bad_request', 'Runs are named, or found by --filter and --search. Leave one out.');
  const { connection } = await cli.engines.openToRead(storeToRead(cli.store, cli.cwd));
  try {
    const runs = await findRuns(connection, ids);
    const chosen: Chosen = {
      ...(runs.length === 0 ? {} : { runIds: runs.map(({ runId }) => runId) }),
      ...(filter === undefined ? {} : { filter }),
      ...(search === undefined ? {} : { search }),
    };
    const server = serverNamed(path, cli.env);
    const problems = await (server === null
      ? writeFiles(cli, connection, path, chosen, options)
      : send(cli, connection, server, chosen, options));
    for (const problem of problems) cli.output.note(`${cli.output.paintNote('yellow', '!')} ${problem}`);
    return EXIT.done;
  } finally {
    connection.close();
  }
}

async function writeFiles(
  { output, cwd }: Cli,
  connection: EngineConnection,
  path: string,
  chosen: Chosen,
  { format, mlflow, deleted, overwrite }: ExportOptions,
): Promise<readonly string[]> {
  const order: Params<'export/start'> = {
    path: resolve(cwd, path),
    mlflow,
    overwrite: overwrite === true,
    ...chosen,
    ...(format === undefined ? {} : { format }),
    ...(deleted === undefined ? {} : { deleted }),
  };
  // What is whole of the artifacts stays when it is cancelled.
  const result = await followWork(
    output,
    follow(connection, () => connection.request('export/start', order)),
  );
  if (output.isJson) output.document(exportDocument(result));
  else output.lines(exportLines(result, output.paint));
  return result.problems;
}

async function send(
  { output }: Cli,
  connection: EngineConnection,
  server: ServerAccess,
  chosen: Chosen,
  { format, deleted, overwrite }: ExportOptions,
): Promise<readonly string[]> {
  if (format !== undefined || deleted !== undefined || overwrite !== undefined)
    throw new LoopwrightError(
      'bad_request',
      '--format, --deleted and --overwrite are for files. Leave them out for a server.',
    );
  const result = await followWork(
    output,
    follow(connection, () => connection.request('export/send', { server, ...chosen })),
  );
  if (output.isJson) output.document(sendDocument(result));
  else output.lines(sendLines(result, output.paint));
  return result.problems;
}

const follow = <Result>(connection: EngineConnection, start: () => Promise<Result>): LongWork<Result> => ({
  start,
  progress: async () => exportProgressLine(await connection.request('export/state', {})),
  cancel: () => connection.request('export/cancel', {}),
});
