/** What `run --json` says of the runs of a sweep. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineConnection } from '../client/connection';
import type { RunRow } from '../protocol/entities';
import { MAX_CHILDREN } from '../protocol/requests';
import { iso, metricsDocument } from './documents';
import { allMetrics, allParams, isOver } from './lookup';

const LOOK_AGAIN_MS = 50;

export interface ChildDocument {
  readonly run_id: string;
  readonly name: string;
  readonly status: RunRow['timing']['status'];
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly reason: string | null;
  readonly start_time: string;
  readonly end_time: string | null;
  readonly best: boolean;
  readonly params: Record<string, string>;
  readonly metrics: ReturnType<typeof metricsDocument>;
}

/** The runs below a run that is over, in the order of their combinations: two that start together may overtake. */
export async function childDocuments(
  connection: EngineConnection,
  runId: string,
  withinMs: number,
): Promise<ChildDocument[]> {
  // One that the sweep has left behind (its runner was killed) may go on for as long as it likes.
  for (const until = Date.now() + withinMs; Date.now() < until;) {
    await connection.request('runs/announce', { runId });
    if ((await childrenOf(connection, runId)).every(({ run }) => isOver(run))) break;
    await sleep(LOOK_AGAIN_MS);
  }
  const documents: ChildDocument[] = [];
  for (const { run, isBest } of await childrenOf(connection, runId)) {
    const [params, metrics] = await Promise.all([allParams(connection, run.runId), allMetrics(connection, run.runId)]);
    documents.push({
      run_id: run.runId,
      name: run.name,
      status: run.timing.status,
      exit_code: run.exitCode,
      signal: run.signal,
      reason: run.reason,
      start_time: iso(run.timing.startMs),
      end_time: run.timing.endMs === null ? null : iso(run.timing.endMs),
      best: isBest,
      params: Object.fromEntries(params.map(({ key, value }) => [key, value])),
      metrics: metricsDocument(metrics),
    });
  }
  return documents;
}

async function childrenOf(connection: EngineConnection, runId: string) {
  const found = [];
  for (let pageToken: string | undefined; ;) {
    const page = await connection.request('runs/children', {
      runId,
      limit: MAX_CHILDREN,
      orderBy: { by: 'start', key: '', descending: false },
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    found.push(...page.children);
    if (page.nextPageToken === null) return found.sort((a, b) => (a.run.runId < b.run.runId ? -1 : 1));
    pageToken = page.nextPageToken;
  }
}
