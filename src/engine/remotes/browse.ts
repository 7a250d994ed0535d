/** The jobs that look at a server for whoever browses it: a page of its experiments, or of an experiment's runs. */
import { toWireNumber } from '../../protocol/entities';
import type { ServerExperiment, ServerRun } from '../../protocol/requests';
import { ForeignId, type ServerAccess } from '../../protocol/servers';
import type { JobContext } from '../jobs';
import { headlineKey } from '../tracking';
import { MlflowClient } from './client';
import { experimentPage, runPage } from './reads';
import type { WireRun } from './wire';

/** What is longer is not read in a row of a tree. */
const MAX_NAME = 500;

interface Page {
  readonly server: ServerAccess;
  readonly pageToken?: string | undefined;
}

export async function browseExperiments({ server, pageToken }: Page, { signal }: JobContext) {
  const page = await experimentPage(new MlflowClient(server, signal), 'ACTIVE_ONLY', pageToken ?? null);
  const experiments = page.experiments.map(({ experiment_id: id, name }): ServerExperiment => ({
    id,
    name: name.slice(0, MAX_NAME),
  }));
  return { experiments, nextPageToken: page.next_page_token };
}

export async function browseRuns(
  { server, pageToken, experimentId }: Page & { readonly experimentId: string },
  { signal }: JobContext,
) {
  const client = new MlflowClient(server, signal);
  const page = await runPage(client, 'ACTIVE_ONLY', [experimentId], pageToken ?? null);
  return { runs: page.runs.map(rowOf), nextPageToken: page.next_page_token };
}

function rowOf({ info, data }: WireRun): ServerRun {
  const key = headlineKey(data.metrics.map((metric) => metric.key));
  const headline = data.metrics.find((metric) => metric.key === key);
  const parent = data.tags['mlflow.parentRunId'];
  const isId = parent !== undefined && parent !== info.run_id && ForeignId.safeParse(parent).success;
  const startMs = info.start_time ?? 0;
  return {
    id: info.run_id,
    // A tag may hold anything.
    parentId: isId ? parent : null,
    name: nameOf(info.run_name, data.tags['mlflow.runName'], info.run_id).slice(0, MAX_NAME),
    user: info.user_id.slice(0, MAX_NAME),
    timing:
      info.status === 'RUNNING' || info.status === 'SCHEDULED'
        ? { status: info.status, startMs, endMs: null }
        : { status: info.status, startMs, endMs: info.end_time ?? startMs },
    headline: headline ? { key: headline.key.slice(0, MAX_NAME), value: toWireNumber(headline.value) } : null,
  };
}

const nameOf = (own: string, tag: string | undefined, id: string): string =>
  [own, tag].find((name) => name !== undefined && name !== '') ?? id.slice(0, 8);
