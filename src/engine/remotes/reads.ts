/** What is read of a server, page by page, as MLflow's own clients read it. */
import type * as z from 'zod';
import { type MlflowClient, type Query, ServerRefusal } from './client';
import {
  ArtifactList,
  ExperimentPage,
  History,
  ModelPage,
  OneRun,
  RegisteredPage,
  RunPage,
  VersionPage,
  type WireExperiment,
  type WireModel,
  type WireRegistered,
  type WireRun,
  type WireVersion,
} from './wire';

type View = 'ACTIVE_ONLY' | 'ALL';
type Token = string | null;

const PAGE = 200;
/** MLflow's largest page of a metric's history. */
const HISTORY_PAGE = 25_000;
/** Models and their versions come in smaller ones. */
const SMALL_PAGE = 50;

export const experimentPage = (client: MlflowClient, view: View, token: Token, name?: string) =>
  client.search(
    'experiments/search',
    {
      view_type: view,
      max_results: PAGE,
      order_by: ['name'],
      ...(token === null ? {} : { page_token: token }),
      ...(name === undefined ? {} : { filter: `name = '${name.replaceAll("'", "''")}'` }),
    },
    ExperimentPage,
  );

/** Newest first. */
export const runPage = (
  client: MlflowClient,
  view: View,
  experimentIds: readonly string[],
  token: Token,
  filter = '',
) =>
  client.search(
    'runs/search',
    {
      experiment_ids: experimentIds,
      run_view_type: view,
      max_results: PAGE,
      filter,
      order_by: ['attributes.start_time DESC'],
      ...(token === null ? {} : { page_token: token }),
    },
    RunPage,
  );

export const oneRun = async (client: MlflowClient, runId: string): Promise<WireRun> =>
  (await client.get('runs/get', { run_id: runId }, OneRun)).run;

export const experiments = (client: MlflowClient): AsyncGenerator<WireExperiment> =>
  pages((token) => experimentPage(client, 'ALL', token), 'experiments');

export const runs = (client: MlflowClient, experimentId: string): AsyncGenerator<WireRun> =>
  pages((token) => runPage(client, 'ALL', [experimentId], token), 'runs');

export const children = (client: MlflowClient, experimentId: string, runId: string): AsyncGenerator<WireRun> =>
  pages(
    (token) =>
      runPage(client, 'ALL', [experimentId], token, `tags.\`mlflow.parentRunId\` = '${runId.replaceAll("'", "''")}'`),
    'runs',
  );

/** What lies directly in a folder of the artifacts of a run or of a logged model; empty for the top. */
export async function artifacts(
  client: MlflowClient,
  of: { readonly run_id: string } | { readonly model_id: string },
  folder: string,
): Promise<z.output<typeof ArtifactList>['files']> {
  const below: Query = folder === '' ? {} : 'run_id' in of ? { path: folder } : { artifact_directory_path: folder };
  const path =
    'run_id' in of ? 'artifacts/list' : `logged-models/${encodeURIComponent(of.model_id)}/artifacts/directories`;
  const all: z.output<typeof ArtifactList>['files'] = [];
  const own: Query = 'run_id' in of ? of : {};
  const ask = (token: Token) =>
    client.get(path, { ...own, ...below, ...(token === null ? {} : { page_token: token }) }, ArtifactList);
  for await (const file of pages(ask, 'files')) all.push(file);
  return all;
}

/** All points of a metric, in pieces. */
export async function* history(
  client: MlflowClient,
  runId: string,
  key: string,
): AsyncGenerator<z.output<typeof History>['metrics']> {
  for (let token: Token = null; ;) {
    const page: z.output<typeof History> = await client.get(
      'metrics/get-history',
      {
        run_id: runId,
        metric_key: key,
        max_results: String(HISTORY_PAGE),
        ...(token === null ? {} : { page_token: token }),
      },
      History,
    );
    yield page.metrics;
    // One that names the same page for ever is left.
    if (page.next_page_token === null || page.next_page_token === token) return;
    token = page.next_page_token;
  }
}

/** None of a server that has no logged models: one before MLflow 3. */
export const loggedModels = (client: MlflowClient, experimentIds: readonly string[]): AsyncGenerator<WireModel> =>
  pages(
    (token) =>
      client
        .search(
          'logged-models/search',
          {
            experiment_ids: experimentIds,
            max_results: SMALL_PAGE,
            ...(token === null ? {} : { page_token: token }),
          },
          ModelPage,
        )
        .catch(orNothing({ models: [], next_page_token: null })),
    'models',
  );

export const registeredModels = (client: MlflowClient): AsyncGenerator<WireRegistered> =>
  pages(
    (token) =>
      client
        .get(
          'registered-models/search',
          { max_results: String(SMALL_PAGE), ...(token === null ? {} : { page_token: token }) },
          RegisteredPage,
        )
        .catch(orNothing({ registered_models: [], next_page_token: null })),
    'registered_models',
  );

export const modelVersions = (client: MlflowClient, name: string): AsyncGenerator<WireVersion> =>
  pages(
    (token) =>
      client.get(
        'model-versions/search',
        {
          filter: `name='${name.replaceAll("'", "''")}'`,
          max_results: String(SMALL_PAGE),
          ...(token === null ? {} : { page_token: token }),
        },
        VersionPage,
      ),
    'model_versions',
  );

/** A server without a registry, or without what came in a later version, says that there is no such thing. */
const orNothing =
  <T>(nothing: T) =>
  (error: unknown): T => {
    if (error instanceof ServerRefusal && (error.status === 404 || error.status === 501)) return nothing;
    throw error;
  };

async function* pages<K extends string, Row>(
  ask: (token: Token) => Promise<Record<K, Row[]> & { next_page_token: Token }>,
  rows: K,
): AsyncGenerator<Row> {
  for (let token: Token = null; ;) {
    const page: Record<K, Row[]> & { next_page_token: Token } = await ask(token);
    yield* page[rows];
    // One that names the same page for ever is left.
    if (page.next_page_token === null || page.next_page_token === token) return;
    token = page.next_page_token;
  }
}
