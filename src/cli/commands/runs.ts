/** `loopwright runs …`: finding, reading and changing the runs of a store. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RunRow } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import { MAX_PAGE, type Result } from '../../protocol/requests';
import { type Cli, examples, type Perform, viewOf, withCommonOptions } from '../command';
import { artifactDocument, listedDocument, pointDocument, rowDocument, runDocument } from '../documents';
import { allArtifacts, allMetrics, factsOf, findRun, findRuns, isOver, pointsOf } from '../lookup';
import { columnsOf, ORDER_NAMES, orderOf } from '../listWords';
import { EXIT } from '../output';
import { artifactTable, pointHeading, pointLine, runPage, runTable } from '../rendering';
import { inSession, type SessionTask } from '../inSession';
import type { Session } from '../store';
import { code, type CodeOptions } from './code';
import { addRunExport } from './export';
import { addEditOptions, edit, type EditOptions } from './edit';
import { compareRuns } from './compare';
import { writeOutput } from '../scriptOutput';

const STOP_PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 100;
const DEFAULT_LIMIT = 100;

interface ListOptions {
  readonly filter?: string;
  readonly search?: string;
  readonly columns?: string;
  readonly orderBy?: string;
  readonly limit: number;
  readonly experiment?: string;
  readonly pageToken?: string;
  readonly all?: boolean;
  readonly deleted?: boolean;
}

/** What the commands about one run take. */
interface OneRunOptions {
  readonly follow?: boolean;
  readonly wait?: boolean;
}

export function addRuns(program: Command, perform: Perform): void {
  const runs = withCommonOptions(program.command('runs'))
    .summary('find, read, edit, stop, delete and restore runs')
    .description(
      'Find, read, edit, stop, delete and restore runs. ID is a run id, its first characters (at least 4), or "latest".',
    )
    .addHelpText('after', examples('runs list --limit 20', 'runs show latest', 'runs output latest --follow'));
  const on = (name: string, summary: string) => withCommonOptions(runs.command(name)).description(summary);
  const reading = (command: Command, task: SessionTask) => perform(command, (cli) => inSession(cli, task));
  /** A command about one run. */
  const onRun = (
    command: Command,
    task: (cli: Cli, session: Session, run: RunRow, options: OneRunOptions) => Promise<number>,
  ) =>
    command
      .argument('<id>', 'the run')
      .action((id: string, options: OneRunOptions, self: Command) =>
        reading(self, async (cli, session) => task(cli, session, await findRun(session.connection, id), options)),
      );

  on('list', 'The runs of the store, newest first.')
    .option('--filter <filter>', "such as \"metrics.auc > 0.9 AND params.model = 'rf' AND status = 'FINISHED'\"")
    .option('--search <text>', 'each word stands in the name, in a tag, or in a parameter as key=value')
    .option('--order-by <order>', `such as "metrics.auc DESC": ${ORDER_NAMES}, with ASC or DESC behind`)
    .option('--columns <columns>', 'with commas between, such as metrics.auc,params.lr,tags.stage')
    .option('--limit <n>', 'at most this many', positive, DEFAULT_LIMIT)
    .option('--experiment <name>', 'only those of this experiment')
    .option('--page-token <token>', 'go on where a list ended')
    .option('--all', 'child runs too')
    .option('--deleted', 'the deleted ones instead')
    .addHelpText(
      'after',
      examples(
        'runs list --limit 20',
        'runs list --filter "status = \'FAILED\'" --json',
        'runs list --order-by "metrics.auc DESC" --columns metrics.auc,params.lr',
      ),
    )
    .action((options: ListOptions, self: Command) => reading(self, (cli, session) => list(cli, session, options)));
  onRun(on('show', 'Everything that is known of a run.'), show).addHelpText('after', examples('runs show latest'));
  on('metric', "Every logged point of one of a run's metrics.")
    .argument('<id>', 'the run')
    .argument('<key>', 'the metric')
    .addHelpText('after', examples('runs metric latest val/auc --json'))
    .action((id: string, key: string, _: unknown, self: Command) =>
      reading(self, async (cli, session) => metric(cli, session, await findRun(session.connection, id), key)),
    );
  on('code', "A run's code: what differs from the commit, from another run or from now; or one of its files.")
    .argument('<id>', 'the run')
    .option('--with <run>', 'another run, or "now": what changed from this run to that')
    .option('--show <path>', 'the bytes of a file as the run had it')
    .addHelpText(
      'after',
      examples('runs code latest', 'runs code latest --with now', 'runs code latest --show train.py'),
    )
    .action((id: string, options: CodeOptions, self: Command) =>
      reading(self, async (cli, session) => code(cli, session, await findRun(session.connection, id), options)),
    );
  on('compare', 'What runs differ in: parameters, metrics, tags, code, environment, data.')
    .argument('<id...>', 'two runs or more')
    .option('--all', 'also what is the same')
    .addHelpText('after', examples('runs compare latest 0195f7a2c3d4', 'runs compare 0195f7a2 0195f7b1 --all --json'))
    .action((ids: string[], options: { readonly all?: boolean }, self: Command) =>
      reading(self, async (cli, { connection }) => {
        const runs: RunRow[] = [];
        for (const id of ids) runs.push(await findRun(connection, id));
        return compareRuns(cli, connection, runs, options.all === true);
      }),
    );
  onRun(on('artifacts', 'The files that a run handed over.'), artifacts);
  onRun(
    on('output', 'What a run has written to its terminal.').option('--follow', 'until the run is over'),
    async (cli, session, run, options) => {
      await writeOutput(cli.output, session.connection, run, options.follow === true);
      return EXIT.done;
    },
  ).addHelpText('after', examples('runs output latest --follow'));
  onRun(
    on('stop', 'End a run: SIGINT, after 10 s SIGTERM, after 15 s SIGKILL.').option(
      '--no-wait',
      'do not wait for its end',
    ),
    stop,
  );
  const onRuns = (command: Command, deleted: boolean) =>
    command
      .argument('<ids...>', 'the runs')
      .action((ids: string[], _: unknown, self: Command) =>
        reading(self, async (cli, session) => mark(cli, session, await findRuns(session.connection, ids), deleted)),
      );
  onRuns(on('delete', 'Hide runs from the lists, with their children; their files stay.'), true);
  onRuns(on('restore', 'Undo the deletion of runs.'), false);
  addRunExport(on('export', 'Write a run and its children out: MLflow, CSV, Parquet, JSON.'), perform);
  addEditOptions(on('edit', "Change a run's name, note, tags, marks or experiment."))
    .argument('<id>', 'the run')
    .action((id: string, options: EditOptions, self: Command) =>
      reading(self, async (cli, session) => edit(cli, session, await findRun(session.connection, id), options)),
    );
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new LoopwrightError('bad_request', `--limit takes a whole number above 0, not "${text}".`);
}

async function list(cli: Cli, { connection }: Session, options: ListOptions): Promise<number> {
  const { filter, experiment, limit } = options;
  const orderBy = options.orderBy === undefined ? undefined : orderOf(options.orderBy);
  const columns = options.columns === undefined ? [] : columnsOf(options.columns);
  const runs: RunRow[] = [];
  let token: string | null | undefined = options.pageToken;
  do {
    const page: Result<'runs/list'> = await connection.request('runs/list', {
      limit: Math.min(limit - runs.length, MAX_PAGE),
      allLevels: options.all === true,
      deleted: options.deleted === true,
      columns,
      ...(filter === undefined ? {} : { filter }),
      ...(options.search === undefined ? {} : { search: options.search }),
      ...(experiment === undefined ? {} : { experiment }),
      ...(orderBy === undefined ? {} : { orderBy }),
      ...(typeof token === 'string' ? { pageToken: token } : {}),
    });
    runs.push(...page.runs);
    token = page.nextPageToken;
  } while (token !== null && runs.length < limit);
  if (cli.output.isJson)
    cli.output.document({ runs: runs.map((run) => listedDocument(run, columns)), next_page_token: token });
  else if (runs.length > 0) cli.output.lines(runTable(runs, viewOf(cli), columns));
  else cli.output.note('No runs.');
  if (!cli.output.isJson && token !== null)
    cli.output.note(`There are more: --page-token ${token}, or a higher --limit.`);
  return EXIT.done;
}

async function show(cli: Cli, { connection, paths }: Session, { runId }: RunRow): Promise<number> {
  const facts = await factsOf(connection, runId);
  if (cli.output.isJson) cli.output.document(runDocument(facts, paths.root));
  else cli.output.lines(runPage(facts, viewOf(cli)));
  return EXIT.done;
}

async function metric({ output }: Cli, { connection }: Session, run: RunRow, key: string): Promise<number> {
  const pages = pointsOf(connection, run.runId, key);
  const first = await pages.next().catch(async (thrown: unknown) => {
    throw LoopwrightError.from(thrown).code === 'not_found' ? await noSuchMetric(connection, run, key) : thrown;
  });
  let points = first.done === true ? [] : first.value;
  if (output.isJson) output.raw(`{"run_id":${JSON.stringify(run.runId)},"key":${JSON.stringify(key)},"points":[`);
  else output.lines([pointHeading(output.paint)]);
  for (let separator = ''; points.length > 0; separator = ',') {
    if (output.isJson) output.raw(separator + points.map((point) => JSON.stringify(pointDocument(point))).join(','));
    else output.lines(points.map((point) => pointLine(point.step, point.timestampMs, String(point.value))));
    const next = await pages.next();
    points = next.done === true ? [] : next.value;
  }
  if (output.isJson) output.raw(']}\n');
  return EXIT.done;
}

async function noSuchMetric(connection: Session['connection'], run: RunRow, key: string): Promise<LoopwrightError> {
  const keys = (await allMetrics(connection, run.runId)).map((summary) => summary.key);
  const shown = keys.slice(0, 10).join(', ') + (keys.length > 10 ? ', …' : '');
  return new LoopwrightError(
    'not_found',
    `The run ${run.name} has no metric "${key}". ${keys.length > 0 ? `It has ${shown}.` : 'It has logged none.'}`,
  );
}

async function artifacts(cli: Cli, { connection, paths }: Session, { runId }: RunRow): Promise<number> {
  const found = await allArtifacts(connection, runId);
  const folder = `${paths.runFolder(runId)}/artifacts`;
  if (cli.output.isJson) cli.output.document({ run_id: runId, folder, artifacts: found.map(artifactDocument) });
  else if (found.length > 0) cli.output.lines([...artifactTable(found, viewOf(cli)), '', `in ${folder}`]);
  else cli.output.note('This run has handed over no files.');
  return EXIT.done;
}

async function stop({ output }: Cli, { connection }: Session, run: RunRow, options: OneRunOptions): Promise<number> {
  const { runId } = run;
  const waits = options.wait !== false;
  await connection.request('runs/stop', { runId });
  const deadline = Date.now() + (waits ? STOP_PATIENCE_MS : 0);
  let { run: now } = await connection.request('runs/get', { runId });
  while (!isOver(now) && Date.now() < deadline) {
    await sleep(LOOK_AGAIN_MS);
    ({ run: now } = await connection.request('runs/get', { runId }));
  }
  if (waits && !isOver(now))
    throw new LoopwrightError(
      'internal',
      `${run.name} was asked to end, but goes on after ${String(STOP_PATIENCE_MS / 1000)} s. ` +
        `Try "loopwright runs stop ${runId}" again.`,
    );
  if (output.isJson) output.document(rowDocument(now));
  else output.note(isOver(now) ? `${run.name} is stopped.` : `${run.name} was asked to end.`);
  return EXIT.done;
}

/** Several runs at once: all of them, or none. */
async function mark(
  { output }: Cli,
  { connection }: Session,
  runs: readonly RunRow[],
  deleted: boolean,
): Promise<number> {
  const ids = runs.map(({ runId }) => runId);
  await connection.request(deleted ? 'runs/delete' : 'runs/restore', { runIds: ids });
  const [first, ...others] = runs;
  if (!first) return EXIT.done;
  const what = others.length === 0 ? first.name : `${String(runs.length)} runs`;
  if (output.isJson)
    output.document(others.length === 0 ? { run_id: first.runId, deleted } : { run_ids: ids, deleted });
  else if (deleted)
    output.note(
      `${what} ${others.length === 0 ? 'is' : 'are'} deleted. Undo: loopwright runs restore ${ids.join(' ')}`,
    );
  else output.note(`${what} ${others.length === 0 ? 'is' : 'are'} back.`);
  return EXIT.done;
}
