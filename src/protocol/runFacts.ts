/** Gathering all that is known of a run through the requests that pages ask, from an engine or within it. */
import type { FactSection } from './capture';
import { MAX_PAGE, type Method, type Params, type Result } from './requests';
import type { RunFacts } from './runDocument';

/** Whoever answers requests. */
export interface Asked {
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
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
  engine: Asked,
  method: M,
  runId: string,
  itemsOf: (page: Result<M>) => readonly Item[],
  more: Omit<Params<M>, 'runId' | 'limit' | 'pageToken'> | Record<string, never> = {},
): Promise<Item[]> {
  const items: Item[] = [];
  for (let pageToken: string | undefined; ;) {
    const params = { ...more, runId, limit: MAX_PAGE, ...(pageToken === undefined ? {} : { pageToken }) };
    // Every request in `Paged` takes these parameters, and answers with a token.
    const page = await engine.request(method, params as Params<M>);
    items.push(...itemsOf(page));
    const { nextPageToken } = page as { nextPageToken: string | null };
    if (nextPageToken === null) return items;
    pageToken = nextPageToken;
  }
}

export const allParams = (engine: Asked, runId: string) =>
  allPages(engine, 'runs/params', runId, (page) => page.params);

export const allMetrics = (engine: Asked, runId: string) =>
  allPages(engine, 'runs/metrics', runId, (page) => page.metrics);

export const allArtifacts = (engine: Asked, runId: string) =>
  allPages(engine, 'runs/artifacts', runId, (page) => page.artifacts);

export const allNotes = (engine: Asked, runId: string) => allPages(engine, 'runs/notes', runId, (page) => page.notes);

export const allTags = (engine: Asked, runId: string) => allPages(engine, 'runs/tags', runId, (page) => page.tags);

const allExecutions = (engine: Asked, runId: string) =>
  allPages(engine, 'notebooks/executions', runId, (page) => page.executions);

const SHOWN_SECTIONS = [
  'code',
  'environment',
  'packages',
  'hardware',
  'seeds',
  'models',
  'notebook',
] as const satisfies readonly FactSection[];

export async function factsOf(engine: Asked, runId: string): Promise<RunFacts> {
  const files = (direction: 'in' | 'out') => allPages(engine, 'runs/files', runId, (page) => page.files, { direction });
  const factsIn = async (section: FactSection) => (await engine.request('runs/facts', { runId, section })).facts;
  const [got, params, metrics, tags, artifacts, notes, inputs, outputs, executions, ...sections] = await Promise.all([
    engine.request('runs/get', { runId }),
    allParams(engine, runId),
    allMetrics(engine, runId),
    allTags(engine, runId),
    allArtifacts(engine, runId),
    allNotes(engine, runId),
    files('in'),
    files('out'),
    allExecutions(engine, runId),
    ...SHOWN_SECTIONS.map(factsIn),
  ]);
  const facts = Object.fromEntries(SHOWN_SECTIONS.map((section, index) => [section, sections[index] ?? {}]));
  return { ...got, params, metrics, tags, artifacts, notes, inputs, outputs, executions, facts };
}

/** Every logged point of a metric, page by page, so that a series of any length takes little memory. */
export async function* pointsOf(engine: Asked, runId: string, key: string) {
  for (let pageToken: string | undefined; ;) {
    const page = await engine.request('metrics/points', {
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
