/**
 * The job that looks at what of another store belongs to no run (experiments, logged models, the registry), and tells what
 * has changed since it was last imported. How it was then lies in `imports/<digest of the path>.json` of the store; that
 * is only an account of what was taken over, and without it all is looked at anew.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toWireNumber } from '../../protocol/entities';
import type { ImportSource } from '../../protocol/imports';
import { pathsOf } from '../../protocol/node/storeFolder';
import type { Change, ImportedExperiment, ImportedModel, ImportedRegistered } from '../clients';
import type { JobContext } from '../jobs';
import type { ForeignStore } from './foreignStore';
import { openForeign } from './formats';
import { Problems } from './problems';
import { modelIdOf, RunIds } from './runIds';

interface Entities {
  readonly experiments: readonly ImportedExperiment[];
  readonly models: readonly ImportedModel[];
  readonly registered: readonly ImportedRegistered[];
}

export interface Outline {
  readonly experiments: readonly Change<ImportedExperiment>[];
  readonly models: readonly Change<ImportedModel>[];
  readonly registered: readonly Change<ImportedRegistered>[];
  readonly problems: readonly string[];
  /** The account of this import, to be kept when all of it is written down. */
  readonly account: string;
}

export async function outlineImport(
  { store, source }: { store: string; source: ImportSource },
  { signal }: Pick<JobContext, 'signal'>,
): Promise<Outline> {
  const problems = new Problems();
  const foreign = await openForeign(source, problems, signal);
  try {
    const now = await entitiesOf(foreign, new RunIds(pathsOf(store), foreign));
    const folder = join(store, 'imports');
    mkdirSync(folder, { recursive: true });
    const account = join(folder, `${createHash('sha256').update(foreign.path).digest('hex').slice(0, 16)}.json`);
    const before = readAccount(account);
    writeFileSync(draftOf(account), JSON.stringify({ source: foreign.path, ...now }));
    return {
      experiments: changesOf(now.experiments, before.experiments, ({ id }) => id),
      models: changesOf(now.models, before.models, ({ id }) => id),
      registered: changesOf(now.registered, before.registered, ({ name }) => name),
      problems: problems.shown,
      account,
    };
  } finally {
    foreign.close();
  }
}

/** All of it is written down: the next import tells what came since. */
export function keepAccount(account: string): void {
  renameSync(draftOf(account), account);
}

const draftOf = (account: string): string => `${account}.next`;

async function entitiesOf(foreign: ForeignStore, ids: RunIds): Promise<Entities> {
  const experiments: ImportedExperiment[] = [];
  for await (const experiment of foreign.experiments()) experiments.push(experiment);
  const names = new Map(experiments.map(({ id, name }) => [id, name]));
  const models: ImportedModel[] = [];
  for await (const { artifacts: _, experimentId, ...model } of foreign.loggedModels())
    models.push({
      ...model,
      id: modelIdOf(model.id),
      experiment: names.get(experimentId) ?? `experiment ${experimentId}`,
      sourceRunId: model.sourceRunId === null ? null : await ids.named(model.sourceRunId),
      metrics: await Promise.all(
        model.metrics.map(async (metric) => ({
          ...metric,
          value: toWireNumber(metric.value),
          runId: await ids.named(metric.runId),
        })),
      ),
    });
  const registered: ImportedRegistered[] = [];
  for await (const model of foreign.registeredModels())
    registered.push({
      ...model,
      versions: await Promise.all(
        model.versions.map(async (version) => ({
          ...version,
          runId: version.runId === null ? null : await ids.named(version.runId),
          modelId: version.modelId === null ? null : modelIdOf(version.modelId),
        })),
      ),
    });
  return { experiments, models, registered };
}

function readAccount(path: string): Entities {
  try {
    // Written by this very program, in this very form.
    return { ...NOTHING, ...(JSON.parse(readFileSync(path, 'utf8')) as Partial<Entities>) };
  } catch {
    return NOTHING; // the first import of it, or an account that was lost
  }
}

const NOTHING: Entities = { experiments: [], models: [], registered: [] };

function changesOf<Entity>(
  now: readonly Entity[],
  before: readonly Entity[],
  keyOf: (entity: Entity) => string,
): Change<Entity>[] {
  const known = new Map(before.map((entity) => [keyOf(entity), entity]));
  return now
    .map((entity) => ({ now: entity, before: known.get(keyOf(entity)) ?? null }))
    .filter((change) => JSON.stringify(change.now) !== JSON.stringify(change.before));
}
