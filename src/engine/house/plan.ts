/** The job that finds out what a store may be freed of. It changes nothing. */
import { createHash } from 'node:crypto';
import { type GcPlan, Retention } from '../../protocol/house';
import { LoopwrightError } from '../../protocol/errors';
import { pathsOf } from '../../protocol/node/storeFolder';
import { ObjectStore } from '../data';
import { openForReading } from '../store';
import { choose } from './choose';
import { snapshotsWithoutRun } from './code';
import { leftOver, leftOverBytes } from './leftOver';
import { unreferenced } from './objects';
import { folderBytes, roomOf } from './room';
import { isFollowed, readRegistered, readRuns, unitsOf } from './units';
import { sizeOf } from './usage';
import { type GoingVersions, goingVersions } from './versions';

const SHOWN_RUNS = 100;

export interface FullPlan {
  readonly plan: GcPlan;
  /** Every run that goes, children too. */
  readonly runIds: readonly string[];
  readonly versions: GoingVersions;
  readonly plannedMs: number;
}

export async function planGc({ store, rules }: { store: string; rules: Retention }): Promise<FullPlan> {
  const paths = pathsOf(store);
  const plannedMs = Date.now();
  const objects = new ObjectStore(store);
  const storeBytes = sizeOf(store).sizeBytes;
  const problems: string[] = [];
  const db = openForReading(paths.database);
  try {
    const stored = readRuns(db);
    const units = unitsOf(stored, readRegistered(db), (runId) => isFollowed(paths, runId));
    const { removed, kept } = choose(units, rules, plannedMs, () => roomOf(db, paths, units, storeBytes));
    const going = removed.flatMap(({ unit }) => unit.runs);
    const sizes = removed.map(({ unit }) => folderBytes(paths, unit));
    const runBytes = sizes.reduce((sum, size) => sum + size, 0);
    const loose = orProblem(problems, [], () =>
      unreferenced(db, objects, new Set(going.map(({ seq }) => seq)), plannedMs),
    );
    const points = db
      .prepare<[string], number>(
        'SELECT coalesce(sum(count), 0) FROM metrics WHERE run_seq IN (SELECT value FROM json_each(?))',
      )
      .pluck();
    const goingIds = new Set(going.map(({ runId }) => runId));
    const staying = new Set(stored.map(({ runId }) => runId).filter((runId) => !goingIds.has(runId)));
    const snapshots = await snapshotsWithoutRun(paths, staying).catch((thrown: unknown) => {
      problems.push(`Code snapshots can't be looked at: ${LoopwrightError.from(thrown).message}`);
      return [];
    });
    const versions = goingVersions(db, paths, rules, plannedMs);
    const versionBytes = leftOverBytes(versions.folders);
    const left = leftOver(paths, plannedMs);
    const leftBytes = leftOverBytes(left);
    const looseBytes = loose.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const digest = createHash('sha256').update(JSON.stringify(Retention.parse(rules)));
    for (const part of [
      [...goingIds].sort(),
      loose.map(({ md5 }) => md5).sort(),
      [...snapshots].sort(),
      left.map(({ path }) => path).sort(),
      [...versions.models, ...versions.folders.map(({ path }) => path)],
      versions.versions.map(({ name, version }) => `${name}/${String(version)}`),
    ])
      digest.update(`\n${part.join(' ')}`);
    const plan: GcPlan = {
      planId: digest.digest('hex').slice(0, 32),
      parts: [
        { part: 'runs', count: going.length, sizeBytes: runBytes },
        { part: 'models', count: versions.folders.length, sizeBytes: versionBytes },
        { part: 'data', count: loose.length, sizeBytes: looseBytes },
        { part: 'code', count: snapshots.length, sizeBytes: snapshots.length === 0 ? 0 : null },
        {
          part: 'database',
          count: points.get(JSON.stringify(going.map(({ seq }) => seq))) ?? 0,
          sizeBytes: going.length === 0 ? 0 : null,
        },
        { part: 'other', count: left.length, sizeBytes: leftBytes },
      ],
      totalBytes: runBytes + versionBytes + looseBytes + leftBytes,
      storeBytes,
      reasons: counted(removed.map(({ reason }) => reason)),
      kept: counted(kept.map(({ reason }) => reason)),
      runs: removed.slice(0, SHOWN_RUNS).map(({ unit: { top }, reason }, index) => ({
        runId: top.runId,
        name: top.name.slice(0, 200),
        experiment: top.experiment.slice(0, 200),
        startMs: top.startMs,
        sizeBytes: sizes[index] ?? 0,
        reason,
      })),
      runCount: removed.length,
      problems,
    };
    return { plan, runIds: [...goingIds], versions, plannedMs };
  } finally {
    db.close();
  }
}

function counted<Reason>(reasons: readonly Reason[]): { reason: Reason; count: number }[] {
  const counts = new Map<Reason, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count }));
}

function orProblem<T>(problems: string[], otherwise: T, find: () => T): T {
  try {
    return find();
  } catch (thrown) {
    problems.push(LoopwrightError.from(thrown).message);
    return otherwise;
  }
}
