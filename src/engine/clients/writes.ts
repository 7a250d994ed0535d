/** Everything that clients can tell, by name: what the writer's thread is asked to do. */
import type { Database } from 'better-sqlite3';
import type { StorePaths } from '../../protocol/node/storeFolder';
import type { Follower } from '../tracking';
import { ExperimentWrites } from './experimentWrites';
import { ImportedRegistry } from './importedRegistry';
import { ImportWrites } from './importWrites';
import { ModelWrites } from './modelWrites';
import { RegistryWrites } from './registryWrites';
import { RunWrites } from './runWrites';
import { type Author, type Reply, Session, type SessionEvents } from './session';
import { WebhookWrites } from './webhookWrites';

function tableOf(session: Session) {
  const experiments = new ExperimentWrites(session);
  const runs = new RunWrites(session, experiments);
  const models = new ModelWrites(session, experiments);
  const registry = new RegistryWrites(session);
  const webhooks = new WebhookWrites(session);
  const imports = new ImportWrites(session);
  const importedRegistry = new ImportedRegistry(session);
  return {
    'experiments/create': experiments.create.bind(experiments),
    'experiments/rename': experiments.rename.bind(experiments),
    'experiments/delete': experiments.delete.bind(experiments),
    'experiments/restore': experiments.restore.bind(experiments),
    'experiments/setTag': experiments.setTag.bind(experiments),
    'experiments/deleteTag': experiments.deleteTag.bind(experiments),
    'runs/create': runs.create.bind(runs),
    'runs/update': runs.update.bind(runs),
    'runs/log': runs.logValues.bind(runs),
    'runs/setTag': runs.setTag.bind(runs),
    'runs/deleteTag': runs.deleteTag.bind(runs),
    'runs/logInputs': runs.logInputs.bind(runs),
    'runs/logOutputs': runs.logOutputs.bind(runs),
    'runs/addArtifact': runs.addArtifact.bind(runs),
    'runs/removeArtifacts': runs.removeArtifacts.bind(runs),
    'models/create': models.create.bind(models),
    'models/finalize': models.finalize.bind(models),
    'models/logParams': models.logParams.bind(models),
    'models/setTags': models.setTags.bind(models),
    'models/deleteTag': models.deleteTag.bind(models),
    'models/delete': models.delete.bind(models),
    'registry/create': registry.create.bind(registry),
    'registry/update': registry.update.bind(registry),
    'registry/rename': registry.rename.bind(registry),
    'registry/delete': registry.delete.bind(registry),
    'registry/setTag': registry.setTag.bind(registry),
    'registry/setAlias': registry.setAlias.bind(registry),
    'registry/deleteAlias': registry.deleteAlias.bind(registry),
    'registry/createVersion': registry.createVersion.bind(registry),
    'registry/updateVersion': registry.updateVersion.bind(registry),
    'registry/deleteVersion': registry.deleteVersion.bind(registry),
    'registry/setVersionTag': registry.setVersionTag.bind(registry),
    'registry/approve': registry.approve.bind(registry),
    'registry/transition': registry.transition.bind(registry),
    'registry/restore': registry.restore.bind(registry),
    'registry/restoreVersion': registry.restoreVersion.bind(registry),
    'registry/register': registry.register.bind(registry),
    'registry/take': registry.take.bind(registry),
    'registry/filesKept': registry.filesKept.bind(registry),
    'registry/remove': registry.remove.bind(registry),
    'registry/copyVersion': registry.copyVersion.bind(registry),
    'webhooks/create': webhooks.create.bind(webhooks),
    'webhooks/update': webhooks.update.bind(webhooks),
    'webhooks/delete': webhooks.delete.bind(webhooks),
    'imports/experiment': imports.experiment.bind(imports),
    'imports/model': imports.model.bind(imports),
    'imports/registered': importedRegistry.model.bind(importedRegistry),
  } as const;
}

export type WriteTable = ReturnType<typeof tableOf>;
export type WriteMethod = keyof WriteTable;

export interface Write<M extends WriteMethod = WriteMethod> {
  readonly method: M;
  readonly params: Parameters<WriteTable[M]>[0];
  readonly author?: Author;
}

export class ClientWriter {
  private readonly session: Session;
  private readonly table: WriteTable;

  constructor(
    db: Database,
    paths: StorePaths,
    follower: Follower,
    private readonly events: SessionEvents,
  ) {
    this.session = new Session(db, paths, follower, events);
    this.table = tableOf(this.session);
  }

  /** Answers when all of them are in the journals and in the database. */
  tell(writes: readonly Write[]): Reply[] {
    // The run of a process that asks may be so new that its row is not there.
    if (writes.some(({ method, params }) => method === 'runs/create' && isStranger(this.session, params)))
      this.events.look();
    return this.session.run(
      writes.map(({ method, params, author = {} }) => () => {
        this.session.author = author;
        // Each method's parameters are those of its own entry.
        const write = this.table[method] as (params: unknown) => unknown;
        return write(params);
      }),
    );
  }
}

function isStranger(session: Session, params: Write['params']): boolean {
  return 'askedBy' in params && params.askedBy !== null && session.ownRun(params.askedBy) === null;
}
