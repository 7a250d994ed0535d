/** Finding runs, and reading what belongs to them. */
import type { EngineConnection } from '../client/connection';
import type { RunRow } from '../protocol/entities';
import { LoopwrightError } from '../protocol/errors';
import { MAX_PAGE } from '../protocol/requests';

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

export { allArtifacts, allMetrics, allNotes, allParams, allTags, factsOf, pointsOf } from '../protocol/runFacts';

export const isOver = (run: RunRow): boolean => run.timing.endMs !== null;
