/**
 * A group of what clients tell, as one transaction: rows are made from the very records that go into the journals, and
 * nobody is answered before both are there. A write that is refused leaves nothing behind; the others of its group stay.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { RunKind, RunStatus } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import { makeBelow, type StorePaths, writeAtomically } from '../../protocol/node/storeFolder';
import type { JournalRecord } from '../../protocol/records';
import type { RunSpec } from '../../protocol/runFolder';
import {
  addRecord,
  type Appended,
  appendRecords,
  CLIENT,
  emptyBatch,
  type Follower,
  journalOf,
  Runs,
  sizeOf,
  takePiece,
} from '../tracking';
import { isOfRegistry, Ledger, type LedgerRecord, type RegistryRecord } from './ledger';
import { doesNotExist, invalid, Refusal, type Refused } from './refusal';
import type { RegistryEvent } from './registryEvents';

export interface KnownRun {
  readonly run_seq: number;
  readonly run_id: string;
  readonly parent_run_id: string | null;
  readonly experiment_id: number;
  readonly name: string;
  readonly kind: RunKind;
  readonly status: RunStatus;
  readonly told_status: RunStatus | null;
  readonly end_ms: number | null;
  readonly deleted_ms: number | null;
}

interface OpenRun {
  readonly run: KnownRun;
  readonly records: JournalRecord[];
  /** How much of its journal is in the database. */
  readonly taken: number;
}

interface Applied extends Appended {
  /** Takes back the marker that was only needed until the rows were there. */
  readonly settle: () => void;
}

/** Who changes something, and why, as far as it was told. */
export interface Author {
  readonly by?: string;
  readonly why?: string;
}

export type Reply = { readonly value: unknown } | { readonly refused: Refused };

/** @throws Refusal what was refused */
export function valueOf(reply: Reply | undefined): unknown {
  if (!reply) throw doesNotExist('The store did not answer.');
  if ('value' in reply) return reply.value;
  throw new Refusal(reply.refused.code, reply.refused.message, reply.refused.gate);
}

export interface SessionEvents {
  changed(runId: string, structure: boolean): void;
  registryChanged(): void;
  /** It is in the ledger and in the database. */
  happened(events: readonly RegistryEvent[]): void;
  /** Looks at the active runs at once. */
  look(): void;
}

export class Session {
  readonly ledger: Ledger;
  readonly runs: Runs;
  private readonly find;
  private readonly takenOf;
  private readonly setTaken;
  private readonly revive;
  private open = new Map<string, OpenRun>();
  private kept: LedgerRecord[] = [];
  private happenings: RegistryEvent[] = [];
  /** Runs whose folders were made within the group. */
  private begun: string[] = [];
  private touched = new Map<string, { structure: boolean }>();
  nowMs = 0;
  /** Of the write that goes on. */
  author: Author = {};

  constructor(
    readonly db: Database,
    readonly paths: StorePaths,
    private readonly follower: Follower,
    private readonly events: SessionEvents,
  ) {
    this.ledger = new Ledger(db, paths.root);
    this.ledger.catchUp();
    this.runs = new Runs(db);
    this.find = db.prepare<[string], KnownRun>(
      `SELECT run_seq, run_id, parent_run_id, experiment_id, name, kind, status, told_status, end_ms, deleted_ms
       FROM runs WHERE run_id = ? AND deleted_ms IS NOT 0`,
    );
    this.takenOf = db
      .prepare<[number], number>(`SELECT taken FROM journals WHERE run_seq = ? AND file = '${CLIENT}'`)
      .pluck();
    this.setTaken = db.prepare(
      `INSERT INTO journals (run_seq, file, taken, damage) VALUES (?, '${CLIENT}', ?, NULL)
       ON CONFLICT DO UPDATE SET taken = excluded.taken, damage = NULL`,
    );
    this.revive = db.prepare(
      `UPDATE runs SET status = told_status, end_ms = NULL, reason = NULL
       WHERE run_seq = ? AND kind = 'client' AND end_ms IS NOT NULL AND told_status IN ('RUNNING', 'SCHEDULED')`,
    );
  }

  /** @throws LoopwrightError what SQLite or the disk say: then nothing of the group is there */
  run(writes: readonly (() => unknown)[]): Reply[] {
    this.nowMs = Date.now();
    const applied: Applied[] = [];
    try {
      const replies = this.db
        .transaction(() => {
          const all = writes.map((write) => this.attempt(write));
          for (const open of this.open.values()) applied.push(this.append(open));
          if (this.kept.length > 0) applied.push(this.appendToLedger());
          return all;
        })
        .immediate();
      for (const [runId, { structure }] of this.touched) this.events.changed(runId, structure);
      if (this.kept.some(isOfRegistry)) this.events.registryChanged();
      if (this.happenings.length > 0) this.events.happened(this.happenings);
      return replies;
    } catch (error) {
      for (const one of applied) one.takeBack();
      this.unmake(0);
      for (const { run } of this.open.values()) this.follower.ingest.forget(run.run_seq);
      throw error;
    } finally {
      for (const one of applied) one.settle();
      for (const { run } of this.open.values())
        if (!this.follower.follows(run.run_id)) this.follower.ingest.forget(run.run_seq);
      this.open = new Map();
      this.kept = [];
      this.happenings = [];
      this.begun = [];
      this.touched = new Map();
    }
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  runOf(runId: string): KnownRun {
    const run = this.find.get(runId);
    if (run) return run;
    throw doesNotExist(`Run with id=${runId} not found`);
  }

  /** The run of a process of ours, whose row may not be there yet. */
  ownRun(runId: string): KnownRun | null {
    return this.find.get(runId) ?? null;
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE` for a run that is deleted */
  activeRun(runId: string): KnownRun {
    const run = this.runOf(runId);
    if (run.deleted_ms === null) return run;
    throw invalid(`The run ${runId} must be in the 'active' state. Current state is deleted.`);
  }

  /** Writes down what is told of a run. */
  log(run: KnownRun, record: JournalRecord): void {
    const open = this.openRun(run);
    open.records.push(record);
    const batch = emptyBatch();
    addRecord(batch, record);
    this.follower.ingest.add(run.run_seq, batch);
    if (record[0] !== 'told') this.revive.run(run.run_seq);
    this.touch(run.run_id, record[0] === 'told' || run.end_ms !== null);
  }

  /** Writes down who changes the registry, and why. */
  keepTold(record: RegistryRecord): void {
    const [kind, atMs, of] = record;
    // The same kind with the same fields, and two that all of these kinds have.
    this.keep([kind, atMs, { ...of, ...this.author }] as LedgerRecord);
  }

  keep(record: LedgerRecord): void {
    this.kept.push(record);
    this.ledger.apply(record);
  }

  /** Others hear of it once the group is committed. */
  happened(event: RegistryEvent): void {
    this.happenings.push(event);
  }

  touch(runId: string, structure: boolean): void {
    const known = this.touched.get(runId);
    this.touched.set(runId, { structure: structure || known?.structure === true });
  }

  /** A run that a client begins: its folder, marker and row. */
  begin(spec: RunSpec): KnownRun {
    const folder = this.paths.runFolder(spec.run_id);
    this.begun.push(spec.run_id);
    try {
      makeBelow(this.paths.root, join(folder, 'journals'));
      mkdirSync(join(folder, 'artifacts'), { recursive: true });
      writeAtomically(join(folder, 'spec.json'), `${JSON.stringify(spec, null, 2)}\n`);
      writeFileSync(join(this.paths.active, spec.run_id), '');
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new LoopwrightError('read_only', `The run's folder ${folder} can't be written: ${cause}.`, {
        cause: error,
      });
    }
    this.runs.ensure(spec);
    this.touch(spec.run_id, true);
    return this.runOf(spec.run_id);
  }

  private attempt(write: () => unknown): Reply {
    const kept = this.kept.length;
    const happened = this.happenings.length;
    const begun = this.begun.length;
    const records = new Map([...this.open].map(([runId, open]) => [runId, open.records.length]));
    try {
      return { value: this.db.transaction(write)() };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.kept.length = kept;
      this.happenings.length = happened;
      this.unmake(begun);
      for (const [runId, open] of this.open) {
        const before = records.get(runId);
        if (before === open.records.length) continue;
        this.follower.ingest.forget(open.run.run_seq);
        open.records.length = before ?? 0;
      }
      const { code, message, gate } = error;
      return { refused: { code, message, ...(gate ? { gate } : {}) } };
    }
  }

  /** The folders of runs that are none after all, from the given one on. */
  private unmake(from: number): void {
    for (const runId of this.begun.splice(from)) {
      rmSync(join(this.paths.active, runId), { force: true });
      rmSync(this.paths.runFolder(runId), { recursive: true, force: true });
      const open = this.open.get(runId);
      if (open) this.follower.ingest.forget(open.run.run_seq);
      this.open.delete(runId);
      this.touched.delete(runId);
    }
  }

  private openRun(run: KnownRun): OpenRun {
    const known = this.open.get(run.run_id);
    if (known) return known;
    const open = { run, records: [], taken: this.catchUp(run) };
    this.open.set(run.run_id, open);
    return open;
  }

  /** Takes in what an engine that was killed has written down and not come to. @returns how much is in the database */
  private catchUp(run: KnownRun): number {
    const path = journalOf(this.paths.runFolder(run.run_id), CLIENT);
    let taken = this.takenOf.get(run.run_seq) ?? 0;
    if (sizeOf(path) <= taken) return taken;
    for (let hasMore = true; hasMore;) {
      const batch = emptyBatch();
      const piece = takePiece(path, taken, batch);
      this.follower.ingest.add(run.run_seq, batch);
      hasMore = piece.hasMore && piece.taken > taken;
      taken = piece.taken;
    }
    return taken;
  }

  private append({ run, records, taken }: OpenRun): Applied {
    const marker = join(this.paths.active, run.run_id);
    const isMarked = this.follower.follows(run.run_id) || existsSync(marker);
    // Whoever is killed before the rows are there leaves it, and the next engine takes in what is in the folder.
    if (!isMarked) writeFileSync(marker, '');
    const appended = appendRecords(journalOf(this.paths.runFolder(run.run_id), CLIENT), taken, records);
    this.setTaken.run(run.run_seq, appended.end);
    const goesOn = this.find.get(run.run_id)?.end_ms === null;
    return {
      ...appended,
      takeBack: () => {
        appended.takeBack();
      },
      settle: () => {
        this.follower.hasTaken(run.run_id, CLIENT, this.takenOf.get(run.run_seq) ?? 0);
        if (!isMarked && !goesOn) rmSync(marker, { force: true });
      },
    };
  }

  private appendToLedger(): Applied {
    const appended = appendRecords(this.ledger.path, this.ledger.taken, this.kept);
    this.ledger.setTaken(appended.end);
    return { ...appended, settle: () => undefined };
  }
}
