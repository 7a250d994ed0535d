/**
 * MLflow's folder of files, `mlruns`: an experiment is a folder, a run a folder in it, each with a `meta.yaml`; what was
 * deleted with its experiment lies in `.trash`. It may be written meanwhile: what is not whole yet is left for next time.
 */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type {
  ForeignExperiment,
  ForeignLoggedModel,
  ForeignRegisteredModel,
  ForeignRun,
  ForeignStore,
  Report,
} from './foreignStore';
import { loggedModelIn } from './mlrunsModel';
import { registeredModelIn } from './mlrunsRegistry';
import { runIn } from './mlrunsRun';
import { foldersIn, textsBelow } from './mlrunsFiles';
import { timeOf } from './mlflowValues';
import { readYaml } from './yamlFile';

const META = 'meta.yaml';
const TRASH = '.trash';
/** What lies beside the experiments: the registry. */
const REGISTRY = 'models';
/** What lies beside the runs of an experiment. */
const NO_RUNS: ReadonlySet<string> = new Set(['datasets', 'models', 'tags', 'traces']);

interface ExperimentFolder {
  readonly id: string;
  readonly folder: string;
  readonly isTrash: boolean;
}

/** Whether it has an experiment: a folder that a database keeps its artifacts in looks alike, and has none. */
export const isMlruns = (path: string): boolean => experimentFolders(path).some(({ folder }) => hasMeta(folder));

export function openMlruns(path: string, report: Report): Promise<ForeignStore> {
  return Promise.resolve(new Mlruns(path, report));
}

class Mlruns implements ForeignStore {
  readonly format = 'mlruns';
  private readonly folders: readonly ExperimentFolder[];

  constructor(
    readonly path: string,
    private readonly report: Report,
  ) {
    this.folders = experimentFolders(path);
  }

  countRuns(): Promise<number> {
    return Promise.resolve(this.folders.reduce((sum, { folder }) => sum + runFolders(folder).length, 0));
  }

  *experiments(): Generator<ForeignExperiment> {
    const all = this.folders.flatMap((one) => this.attempt(`The experiment ${one.id}`, () => experimentIn(one)) ?? []);
    const active = new Set(all.filter(({ isDeleted }) => !isDeleted).map(({ name }) => name));
    for (const experiment of all) {
      // The name of one that was deleted can be given again.
      const isTwice = experiment.isDeleted && active.has(experiment.name);
      yield isTwice ? { ...experiment, name: `${experiment.name} (deleted ${experiment.id})` } : experiment;
    }
  }

  *runs(): Generator<ForeignRun> {
    for (const { id, folder } of this.folders) {
      for (const runFolder of runFolders(folder)) {
        try {
          yield runIn(runFolder, folder, id, this.report);
        } catch (error) {
          if (existsSync(runFolder)) this.report.unreadableRun(LoopwrightError.from(error).message);
        }
      }
    }
  }

  *loggedModels(): Generator<ForeignLoggedModel> {
    for (const { id, folder } of this.folders)
      for (const name of foldersIn(join(folder, 'models'))) {
        const model = this.attempt(`The model ${name}`, () =>
          loggedModelIn(join(folder, 'models', name), id, this.report),
        );
        if (model) yield model;
      }
  }

  *registeredModels(): Generator<ForeignRegisteredModel> {
    const folder = join(this.path, REGISTRY);
    for (const name of foldersIn(folder)) {
      if (!hasMeta(join(folder, name))) continue;
      const model = this.attempt(`The registered model ${name}`, () =>
        registeredModelIn(join(folder, name), (text) => {
          this.report.problem(text);
        }),
      );
      if (model) yield model;
    }
  }

  close(): void {
    // nothing stays open
  }

  private attempt<T>(what: string, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      this.report.problem(`${what} can't be read: ${LoopwrightError.from(error).message}`);
      return null;
    }
  }
}

function experimentFolders(root: string): ExperimentFolder[] {
  const below = (folder: string, isTrash: boolean) =>
    foldersIn(folder)
      .filter((name) => !name.startsWith('.') && (isTrash || name !== REGISTRY))
      .map((name) => ({ id: name, folder: join(folder, name), isTrash }));
  return [...below(root, false), ...below(join(root, TRASH), true)].filter(
    ({ folder }) => hasMeta(folder) || runFolders(folder).length > 0,
  );
}

function runFolders(experiment: string): string[] {
  return foldersIn(experiment)
    .filter((name) => !NO_RUNS.has(name))
    .map((name) => join(experiment, name))
    .filter(hasMeta);
}

const hasMeta = (folder: string): boolean => existsSync(join(folder, META));

function experimentIn({ id, folder, isTrash }: ExperimentFolder): ForeignExperiment {
  const meta = readYaml(join(folder, META));
  const createdMs = timeOf(meta.text('creation_time')) ?? Math.trunc(statSync(join(folder, META)).mtimeMs);
  return {
    id,
    name: meta.text('name') ?? id,
    createdMs,
    updatedMs: timeOf(meta.text('last_update_time')) ?? createdMs,
    isDeleted: isTrash || meta.text('lifecycle_stage') === 'deleted',
    tags: textsBelow(join(folder, 'tags')),
  };
}
