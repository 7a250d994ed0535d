/** Versions of registered models whose files are kept apart, as clients see them. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { EngineConnection } from '../../src/client/connection';
import type { Params } from '../../src/protocol/requests';
import { type TestStore, testStore, until } from './support';
import { anything, begin, type Client, outside } from './trackingSupport';

export const ModelVersion = z.object({
  model_version: z.object({
    name: z.string(),
    version: z.string(),
    source: z.string(),
    status: z.string(),
    status_message: z.string(),
  }),
});
export type ModelVersion = z.infer<typeof ModelVersion>['model_version'];

/** Everything that is over goes, and all that was deleted. */
const ALL: Params<'store/planGc'> = { olderThanMs: 0, includeRecent: true, deletedOlderThanMs: 0 };

/** The model that `registered` registers. */
export const MODEL = { 'model/MLmodel': 'flavors: {}', 'model/data/model.pkl': 'weights' };
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
export const sourceOf = (runId: string, path = 'model'): string => `mlflow-artifacts:/0/${runId}/artifacts/${path}`;

const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');

/** A registry in a store of its own. @param store one that is there already, whose engine may have ended */
export async function openRegistry(store: TestStore = testStore()): Promise<Registry> {
  const { connection } = await store.open();
  return new Registry(store, connection, await outside(connection));
}

export class Registry {
  constructor(
    readonly store: TestStore,
    readonly connection: EngineConnection,
    readonly client: Client,
  ) {}

  /** A run that is over, with files among its artifacts. */
  async runWith(files: Readonly<Record<string, string>>): Promise<string> {
    const { run } = await begin(this.client);
    const { run_id: runId } = run.info;
    for (const [path, text] of Object.entries(files)) {
      const answer = await this.put(`0/${runId}/artifacts/${path}`, text);
      if (!answer.ok) throw new Error(await answer.text());
    }
    await this.client.post(anything, 'runs/update', { run_id: runId, status: 'FINISHED' });
    await until('nobody follows it', () => !existsSync(join(this.store.paths.active, runId)));
    return runId;
  }

  /** A version of a run's model, whose files are kept. */
  async registered(name = 'fraud'): Promise<string> {
    const runId = await this.runWith(MODEL);
    await this.makeModel(name);
    const { status, version } = await this.create(name, sourceOf(runId), runId);
    if (status !== 'READY' || version !== '1') throw new Error(`${name} v${version} is ${status}.`);
    return runId;
  }

  put(path: string, text: string): Promise<Response> {
    return this.ask('PUT', path, text);
  }

  ask(method: string, path: string, body?: string): Promise<Response> {
    const { uri, headers } = this.client;
    const place = `${uri}/api/2.0/mlflow-artifacts/artifacts/${encoded(path)}`;
    return fetch(place, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  async makeModel(name: string): Promise<void> {
    await this.client.post(anything, 'registered-models/create', { name });
  }

  /** As MlflowClient does it, without waiting. */
  async create(name: string, source: string, runId = ''): Promise<ModelVersion> {
    const body = { name, source, run_id: runId };
    return (await this.client.post(ModelVersion, 'model-versions/create', body)).model_version;
  }

  async version(name: string, version: string | number): Promise<ModelVersion> {
    const path = `model-versions/get?name=${encodeURIComponent(name)}&version=${String(version)}`;
    return (await this.client.get(ModelVersion, path)).model_version;
  }

  ready(name: string, version: string | number): Promise<ModelVersion> {
    return until('its files are kept', async () => {
      const found = await this.version(name, version);
      return found.status === 'PENDING_REGISTRATION' ? null : found;
    });
  }

  /** What MLflow's clients ask before they load `models:/name/version`. */
  async downloadUri(name: string, version: string | number): Promise<string> {
    const path = `model-versions/get-download-uri?name=${encodeURIComponent(name)}&version=${String(version)}`;
    return (await this.client.get(z.object({ artifact_uri: z.string() }), path)).artifact_uri;
  }

  /** Where that is behind `mlflow-artifacts/artifacts/`. */
  async placeOf(name: string, version: string | number): Promise<string> {
    return (await this.downloadUri(name, version)).replace(/^mlflow-artifacts:\//, '');
  }

  /** A file of a version, as clients load it. */
  async load(name: string, version: string | number, path: string): Promise<{ status: number; text: string }> {
    const answer = await this.ask('GET', `${await this.placeOf(name, version)}/${path}`);
    return { status: answer.status, text: await answer.text() };
  }

  async listed(name: string, version: string | number, below = ''): Promise<unknown> {
    const place = `${await this.placeOf(name, version)}${below}`;
    const path = `/api/2.0/mlflow-artifacts/artifacts?path=${encodeURIComponent(place)}`;
    return (await this.client.get(z.object({ files: z.array(z.unknown()) }), path)).files;
  }

  /** The folder in which the files of a version are. */
  async folderOf(name: string, version: string | number): Promise<string> {
    return join(this.store.paths.root, await this.placeOf(name, version));
  }

  /** Folders of kept files. */
  kept(): string[] {
    const models = join(this.store.paths.root, 'models');
    return existsSync(models) ? readdirSync(models).filter((file) => file.startsWith('v-')) : [];
  }

  artifact(runId: string, path: string): string {
    return join(this.store.paths.runFolder(runId), 'artifacts', path);
  }

  /** @returns why runs were kept that the rules would have taken, and how many of each part have gone */
  async freeSpace(rules = ALL): Promise<{ kept: Record<string, number>; gone: Record<string, number> }> {
    const { plan } = await this.connection.request('store/planGc', rules);
    const { parts } = await this.connection.request('store/gc', { ...rules, planId: plan.planId });
    return {
      kept: Object.fromEntries(plan.kept.map(({ reason, count }) => [reason, count])),
      gone: Object.fromEntries(parts.map(({ part, count }) => [part, count])),
    };
  }
}
