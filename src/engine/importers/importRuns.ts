/**
 * The job that takes the runs of another store over, and the files of its logged models. It writes into folders only: the
 * writer takes them in from there. Cut off at any time and started again, it goes on where it was.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LoopwrightError } from '../../protocol/errors';
import type { ImportResult, ImportSource } from '../../protocol/imports';
import { pathsOf, type StorePaths } from '../../protocol/node/storeFolder';
import type { JobContext } from '../jobs';
import { ServerRefusal } from '../remotes';
import { openForReading } from '../store';
import { type Copied, copyArtifacts, diskFull, isFull, isSame } from './copying';
import type { ForeignExperiment, ForeignRun, ForeignStore } from './foreignStore';
import { openForeign } from './formats';
import { Problems } from './problems';
import { RunFolders } from './runFolders';
import { modelIdOf, RunIds } from './runIds';

/** How long it works before it looks whether it shall end. */
const TURN_MS = 50;

export type RunsImported = Pick<
  ImportResult,
  'format' | 'path' | 'runs' | 'artifacts' | 'problems' | 'problemCount'
> & {
  /** Runs that were deleted and restored where they came from. */
  readonly deleted: string[];
  readonly restored: string[];
};

export interface ImportProgress {
  readonly step: 'runs' | 'models';
  readonly doneRuns: number;
  readonly totalRuns: number;
}

export async function importRuns(
  { store, source }: { store: string; source: ImportSource },
  context: JobContext,
): Promise<RunsImported> {
  const problems = new Problems();
  const foreign = await openForeign(source, problems, context.signal);
  try {
    const work = new RunImport(pathsOf(store), foreign, problems, context);
    try {
      return await work.perform();
    } finally {
      work.close();
    }
  } finally {
    foreign.close();
  }
}

class RunImport {
  private readonly ids: RunIds;
  private readonly folders: RunFolders;
  private readonly copied: Copied = { count: 0, sizeBytes: 0 };
  private readonly elsewhere = new Map<string, number>();
  private readonly counts = { imported: 0, updated: 0, unchanged: 0 };
  private readonly deleted: string[] = [];
  private readonly restored: string[] = [];
  /** Of the runs that wait to be taken in. */
  private readonly list: number;
  private turnEnds = 0;

  constructor(
    private readonly paths: StorePaths,
    private readonly foreign: ForeignStore,
    private readonly problems: Problems,
    private readonly context: JobContext,
  ) {
    mkdirSync(paths.incoming, { recursive: true });
    mkdirSync(paths.drafts, { recursive: true });
    this.list = openSync(join(paths.incoming, `${randomBytes(8).toString('hex')}.ids`), 'ax');
    this.ids = new RunIds(paths, foreign);
    this.folders = new RunFolders({
      paths,
      report: problems,
      copied: this.copied,
      elsewhere: (where) => {
        const root = /^[a-z][a-z0-9+.-]+:\/\/[^/]+|^[^/]*\/[^/]*/i.exec(where)?.[0] ?? where;
        this.elsewhere.set(root, (this.elsewhere.get(root) ?? 0) + 1);
      },
      ready: (runId) => writeSync(this.list, `${runId}\n`),
      takenOf: takenJournals(paths),
    });
  }

  close(): void {
    closeSync(this.list);
  }

  async perform(): Promise<RunsImported> {
    await this.runs();
    await this.modelFiles();
    for (const [root, count] of this.elsewhere)
      this.problems.problem(
        `The artifacts of ${count === 1 ? '1 run' : `${String(count)} runs`} are elsewhere (${root}…) and were not copied.`,
      );
    return {
      format: this.foreign.format,
      path: this.foreign.path,
      runs: { ...this.counts, unreadable: this.problems.unreadable },
      artifacts: { ...this.copied },
      problems: this.problems.shown,
      problemCount: this.problems.count,
      deleted: this.deleted,
      restored: this.restored,
    };
  }

  private async runs(): Promise<void> {
    const experiments = new Map<string, ForeignExperiment>();
    for await (const experiment of this.foreign.experiments()) experiments.set(experiment.id, experiment);
    const totalRuns = await this.foreign.countRuns();
    for await (const run of this.foreign.runs()) {
      await this.breathe({ step: 'runs', doneRuns: this.doneRuns, totalRuns });
      try {
        await this.run(run, experiments.get(run.experimentId));
      } catch (error) {
        const { code, message } = LoopwrightError.from(error);
        // Where one can't be written the others can't, either.
        if (code !== 'internal' && !isOfThisRun(error)) throw error;
        if (isFull(error)) throw diskFull(error);
        this.problems.unreadableRun(`The run ${run.id} can't be imported: ${message}`);
      }
    }
    this.context.progress({ step: 'runs', doneRuns: this.doneRuns, totalRuns } satisfies ImportProgress);
  }

  private async run(read: ForeignRun, experiment: ForeignExperiment | undefined): Promise<void> {
    const run = { ...read, isDeleted: read.isDeleted || experiment?.isDeleted === true };
    const nowMs = Date.now();
    const { runId, spec } = await this.ids.of(run);
    // It was tracked here: what is here is the original.
    if (spec !== null && spec.origin === null) {
      this.counts.unchanged++;
      return;
    }
    const naming = {
      format: this.foreign.format,
      source: this.foreign.path,
      experiment: experiment?.name ?? `experiment ${run.experimentId}`,
      parentRunId: await this.ids.ofParent(run),
      modelId: modelIdOf,
    };
    if (spec === null) {
      await this.folders.add(run, runId, naming, nowMs);
      this.counts.imported++;
      return;
    }
    const { change, isDeleted } = await this.folders.update(run, runId, naming, nowMs);
    this.counts[change]++;
    if (isDeleted !== null) (isDeleted ? this.deleted : this.restored).push(runId);
  }

  private async modelFiles(): Promise<void> {
    for await (const { id, artifacts } of this.foreign.loggedModels()) {
      await this.breathe({ step: 'models', doneRuns: this.doneRuns, totalRuns: this.doneRuns });
      if (artifacts.kind === 'elsewhere') continue;
      const folder = join(this.paths.root, 'models', modelIdOf(id), 'artifacts');
      await copyArtifacts(
        artifacts,
        folder,
        (file) => isSame(join(folder, file.path), file),
        this.copied,
        this.problems,
      );
    }
  }

  private get doneRuns(): number {
    const { imported, updated, unchanged } = this.counts;
    return imported + updated + unchanged + this.problems.unreadable;
  }

  /** Lets the engine's word come through. @throws LoopwrightError `cancelled` */
  private async breathe(progress: ImportProgress): Promise<void> {
    if (performance.now() < this.turnEnds) return;
    this.context.progress(progress);
    await nextTurn();
    if (this.context.signal.aborted) throw new LoopwrightError('cancelled', 'The import was cancelled.');
    this.turnEnds = performance.now() + TURN_MS;
  }
}

/** What a server has against one run, such as one that was removed meanwhile, it need not have against the next. */
const isOfThisRun = (error: unknown): boolean => error instanceof ServerRefusal && error.code !== 'server_refused';

/** How much of each journal of an import is in the database now. */
function takenJournals(paths: StorePaths): (runId: string, file: string) => number {
  const db = openForReading(paths.database);
  try {
    const rows = db
      .prepare<[], [string, string, number]>(
        `SELECT run_id, file, taken FROM journals JOIN runs USING (run_seq) WHERE file GLOB 'import-*'`,
      )
      .raw()
      .all();
    const taken = new Map(rows.map(([runId, file, bytes]) => [`${runId} ${file}`, bytes]));
    return (runId, file) => taken.get(`${runId} ${file}`) ?? 0;
  } finally {
    db.close();
  }
}
