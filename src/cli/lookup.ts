/** Finding runs and reading all pages of what belongs to them. */
import type { EngineConnection } from '../client/connection';
import type { FactSection } from '../protocol/capture';
import type { RunRow } from '../protocol/entities';
import { LoopwrightError } from '../protocol/errors';
import { MAX_PAGE, type Params, type Result } from '../protocol/requests';
import type { RunFacts } from './documents';

const LEAST_PREFIX = 4;
const FULL_ID = 32;
const SHOWN_MATCHES = 5;

/**
 * The run that an id, the beginning of one, or `latest` names; deleted runs too.
 *
 * @throws LoopwrightError `not_found`, `bad_request` if it names several runs or none can be meant
 */
export async function findRun(connection: EngineConnection, id: string): Promise<RunRow> {
  if (id === 'latest') {
    const { runs } = await connection.request('runs/list', { limit: 1 });
    if (runs[0]) return runs[0];
    throw new LoopwrightError(
      'not_found',
      'There are no runs in this store yet. Start one with "loopwright run FILE".',
    );
  }
  if (!/^[\w-]+$/.test(id) || id.length < LEAST_PREFIX)
    throw new LoopwrightError(
      'bad_request',
      `"${id}" is no run id. Give at least the first ${String(LEAST_PREFIX)} characters of one, or "latest".`,
    );
  if (id.length >= FULL_ID) return (await connection.request('runs/get', { runId: id })).run;
  const matches = [...(await startingWith(connection, id, false)), ...(await startingWith(connection, id, true))];
  const [first, ...others] = matches;
  if (!first)
    throw new LoopwrightError(
      'not_found',
      `There is no run ${id} in this store. "loopwright runs list" shows those there are.`,
    );
  const exact = matches.find((run) => run.runId === id);
  if (others.length === 0 || exact) return exact ?? first;
  const shown = matches.slice(0, SHOWN_MATCHES).map((run) => `${run.runId} (${run.name})`);
  const more = matches.length > SHOWN_MATCHES ? ', …' : '';
  throw new LoopwrightError('bad_request', `${id} begins several runs: ${shown.join(', ')}${more}. Give more of it.`);
}

/** Several of these, each once. */
export async function findRuns(connection: EngineConnection, ids: readonly string[]): Promise<RunRow[]> {
  const found = new Map<string, RunRow>();
  for (const id of ids) {
    const run = await findRun(connection, id);
    found.set(run.runId, run);
  }
  return [...found.values()];
}

async function startingWith(connection: EngineConnection, prefix: string, deleted: boolean): Promise<RunRow[]> {
  const filter = `run_id LIKE '${prefix}%'`;
  const { runs } = await connection.request('runs/list', { filter, deleted, allLevels: true, limit: MAX_PAGE });
  // `_` stands for any character in the filter.
  return runs.filter((run) => run.runId.startsWith(prefix));
}

type Paged =
  | 'runs/params'
  | 'runs/metrics'
  | 'runs/tags'
  | 'runs/artifacts'
  | 'runs/notes'
  | 'runs/files'
  | 'notebooks/executions';

/** Every page of one of a run's lists. */
async function allPages<M extends Paged, Item>(
  connection: EngineConnection,
  method: M,
  runId: string,
  itemsOf: (page: Result<M>) => readonly Item[],
  more: Omit<Params<M>, 'runId' | 'limit' | 'pageToken'> | Record<string, never> = {},
): Promise<Item[]> {
  const items: Item[] = [];
  for (let pageToken: string | undefined; ;) {
    const params = { ...more, runId, limit: MAX_PAGE, ...(pageToken === undefined ? {} : { pageToken }) };
    // Every request in `Paged` takes these parameters, and answers with a token.
    const page = await connection.request(method, params as Params<M>);
    items.push(...itemsOf(page));
    const { nextPageToken } = page as { nextPageToken: string | null };
    if (nextPageToken === null) return items;
    pageToken = nextPageToken;
  }
}

export const allParams = (connection: EngineConnection, runId: string) =>
  allPages(connection, 'runs/params', runId, (page) => page.params);

export const allMetrics = (connection: EngineConnection, runId: string) =>
  allPages(connection, 'runs/metrics', runId, (page) => page.metrics);

export const allArtifacts = (connection: EngineConnection, runId: string) =>
  allPages(connection, 'runs/artifacts', runId, (page) => page.artifacts);

export const allNotes = (connection: EngineConnection, runId: string) =>
  allPages(connection, 'runs/notes', runId, (page) => page.notes);

export const allTags = (connection: EngineConnection, runId: string) =>
  allPages(connection, 'runs/tags', runId, (page) => page.tags);

const allExecutions = (connection: EngineConnection, runId: string) =>
  allPages(connection, 'notebooks/executions', runId, (page) => page.executions);

const SHOWN_SECTIONS = [
  'code',
  'environment',
  'packages',
  'hardware',
  'seeds',
  'models',
  'notebook',
] as const satisfies readonly FactSection[];

export async function factsOf(connection: EngineConnection, runId: string): Promise<RunFacts> {
  const files = (direction: 'in' | 'out') =>
    allPages(connection, 'runs/files', runId, (page) => page.files, { direction });
  const factsIn = async (section: FactSection) => (await connection.request('runs/facts', { runId, section })).facts;
  const [got, params, metrics, tags, artifacts, notes, inputs, outputs, executions, ...sections] = await Promise.all([
    connection.request('runs/get', { runId }),
    allParams(connection, runId),
    allMetrics(connection, runId),
    allTags(connection, runId),
    allArtifacts(connection, runId),
    allNotes(connection, runId),
    files('in'),
    files('out'),
    allExecutions(connection, runId),
    ...SHOWN_SECTIONS.map(factsIn),
  ]);
  const facts = Object.fromEntries(SHOWN_SECTIONS.map((section, index) => [section, sections[index] ?? {}]));
  return { ...got, params, metrics, tags, artifacts, notes, inputs, outputs, executions, facts };
}

/** Every logged point of a metric, page by page, so that a series of any length takes little memory. */
export async function* pointsOf(connection: EngineConnection, runId: string, key: string) {
  for (let pageToken: string | undefined; ;) {
    const page = await connection.request('metrics/points', {
      runId,
      key,
      limit: 5000,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    yield page.points;
    if (page.nextPageToken === null) return;
    pageToken = page.nextPageToken;
  }
}

export const isOver = (run: RunRow): boolean => run.timing.endMs !== null;
