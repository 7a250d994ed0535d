/** Runs of another store as run folders of this one: whole ones, and what has come since to those that are there. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { artifactKindOf } from '../clients';
import { appendRecords, EDITS, journalOf, sizeOf } from '../tracking';
import { type Copied, copyArtifacts } from './copying';
import type { ForeignFile, ForeignPoint, ForeignRun, Report } from './foreignStore';
import { ImportJournal, importJournals, readKnown, readPoints, wasDeleted } from './importJournals';
import { identityOf, type KnownRun, type Naming, pointRecords, PointSums, recordsOf, specOf } from './runRecords';

export type RunChange = 'imported' | 'updated' | 'unchanged';

export interface FolderParts {
  readonly paths: StorePaths;
  readonly report: Report;
  readonly copied: Copied;
  /** Told where artifacts are that can't be copied. */
  readonly elsewhere: (where: string) => void;
  /** Told of each run that is whole, and of each that has something new. */
  readonly ready: (runId: string) => void;
  /** How much of a journal is in the database. */
  readonly takenOf: (runId: string, file: string) => number;
}

export class RunFolders {
  constructor(private readonly parts: FolderParts) {}

  async add(run: ForeignRun, runId: string, naming: Naming, nowMs: number): Promise<void> {
    const { paths } = this.parts;
    const draft = join(paths.drafts, `import-${runId}`);
    // Of one that was cut off, the artifacts that were copied are used.
    if (existsSync(draft)) rmSync(join(draft, 'journals'), { recursive: true, force: true });
    const journal = new ImportJournal(draft, true);
    try {
      const spec = specOf(run, runId, naming);
      if (spec.origin) journal.append(['facts', nowMs, 'origin', spec.origin]);
      for (const record of recordsOf(run, naming, null, nowMs)) journal.append(record);
      let lastMs = Math.max(run.startMs, run.endMs ?? 0);
      for await (const points of run.points()) {
        for (const record of pointRecords(points, nowMs)) journal.append(record);
        lastMs = latest(points, lastMs);
      }
      await this.addArtifacts(run, join(draft, 'artifacts'), null, journal, nowMs);
      if (run.isDeleted)
        appendRecords(journalOf(draft, EDITS), 0, [['edit', nowMs, { deleted: true, imported: true }]]);
      journal.finish(signOf(run, lastMs));
      writeFileSync(join(draft, 'spec.json'), `${JSON.stringify(spec, null, 2)}\n`);
    } finally {
      journal.close();
    }
    const folder = paths.runFolder(runId);
    // There only where a crash of the machine has torn what says what it is.
    if (existsSync(folder)) rmSync(folder, { recursive: true });
    renameSync(draft, folder);
    this.parts.ready(runId);
  }

  /** @returns what has changed; `isDeleted` is what is to be said of it here, null for nothing */
  async update(
    run: ForeignRun,
    runId: string,
    naming: Naming,
    nowMs: number,
  ): Promise<{ change: RunChange; isDeleted: boolean | null }> {
    const folder = this.parts.paths.runFolder(runId);
    const known = readKnown(folder);
    const journal = new LazyJournal(folder);
    try {
      for (const record of recordsOf(run, naming, known, nowMs)) journal.get().append(record);
      let lastMs = Math.max(run.startMs, run.endMs ?? 0);
      for await (const points of newPoints(run, folder, known)) {
        for (const record of pointRecords(points, nowMs)) journal.get().append(record);
        lastMs = latest(points, lastMs);
      }
      await this.addArtifacts(run, join(folder, 'artifacts'), known, journal, nowMs);
      journal.made?.finish(signOf(run, lastMs));
    } finally {
      journal.made?.close();
    }
    const isNew = journal.made !== null;
    if (isNew || this.hasWaiting(runId, folder)) this.parts.ready(runId);
    const isDeleted = run.isDeleted === wasDeleted(folder) ? null : run.isDeleted;
    return { change: isNew || isDeleted !== null ? 'updated' : 'unchanged', isDeleted };
  }

  private async addArtifacts(
    { artifacts }: ForeignRun,
    folder: string,
    known: KnownRun | null,
    journal: ImportJournal | LazyJournal,
    nowMs: number,
  ): Promise<void> {
    const { report, copied, elsewhere } = this.parts;
    const to = () => (journal instanceof LazyJournal ? journal.get() : journal);
    if (artifacts.kind === 'elsewhere') {
      if (artifacts.where === '') return;
      elsewhere(artifacts.where);
      const text = `Its artifacts are not here, as far as it has any: they are at ${artifacts.where}, which the import does not reach.`;
      if (known === null) to().append(['note', nowMs, 'warning', text]);
      return;
    }
    const isKnown = ({ path, sizeBytes, modifiedMs }: ForeignFile) => {
      const before = known?.artifacts.get(path);
      return before?.sizeBytes === sizeBytes && before.modifiedMs === modifiedMs;
    };
    for (const file of await copyArtifacts(artifacts, folder, isKnown, copied, report)) {
      const { path, sizeBytes: size, modifiedMs } = file;
      to().append(['artifact', modifiedMs, { path, size, ...artifactKindOf(path) }]);
    }
  }

  /** Whether an import that was cut off has put something there that is not in the database. */
  private hasWaiting(runId: string, folder: string): boolean {
    const from = join(folder, 'journals').length + 1;
    return importJournals(folder).some((path) => sizeOf(path) > this.parts.takenOf(runId, path.slice(from)));
  }
}

/** Made when there is something to be written. */
class LazyJournal {
  made: ImportJournal | null = null;

  constructor(private readonly folder: string) {}

  get(): ImportJournal {
    this.made ??= new ImportJournal(this.folder, false);
    return this.made;
  }
}

/** The points of metrics that have others than were imported. */
async function* newPoints(run: ForeignRun, folder: string, known: KnownRun): AsyncGenerator<ForeignPoint[]> {
  if (isSettled(run, known)) return;
  const there = new PointSums();
  for await (const points of run.points()) for (const point of points) there.add(point);
  const differing = known.points.differing(there);
  if (differing.size === 0) return;
  const left = readPoints(folder, differing);
  for await (const points of run.points()) {
    const fresh = points.filter(([key, ...rest]) => {
      const counts = left.get(key);
      if (!counts) return false;
      const identity = identityOf(rest);
      const count = counts.get(identity) ?? 0;
      counts.set(identity, count - 1);
      return count <= 0;
    });
    if (fresh.length > 0) yield fresh;
  }
}

/**
 * Whether a run has no points but those that are known, told without asking for them: it is over, and each metric ends as
 * it did. What was logged afterwards below the highest step of a metric is not seen so.
 */
function isSettled({ status, lastPoints }: ForeignRun, { told, last }: KnownRun): boolean {
  if (lastPoints === undefined || status === 'RUNNING' || status === 'SCHEDULED' || told.status !== status)
    return false;
  const isKnown = ([key, ...point]: ForeignPoint) => {
    const [, ...known] = last.get(key) ?? [];
    return known.length === 3 && identityOf(known) === identityOf(point);
  };
  return lastPoints.length === last.size && lastPoints.every(isKnown);
}

/** When a run that goes on was last heard of; of one that is over nobody asks. */
const signOf = ({ status }: ForeignRun, lastMs: number): number | null =>
  status === 'RUNNING' || status === 'SCHEDULED' ? Math.min(lastMs, Date.now()) : null;

const latest = (points: readonly ForeignPoint[], ms: number): number =>
  points.reduce((last, [, , timestampMs]) => Math.max(last, timestampMs), ms);
