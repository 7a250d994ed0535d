/**
 * Following the runs that may still produce records: finding them by their markers, taking in what their journals
 * hold, telling how they ended. It works in slices of a few milliseconds so that other writes come in between.
 */
import { existsSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { HANDED_OVER, type RunnerState, type RunSpec } from '../../protocol/runFolder';
import { type Batch, emptyBatch } from './batch';
import { ClientOutcomes } from './clientOutcome';
import { ENGINE_WORK, EngineWork, type EngineWorkKind } from './engineWork';
import { lastSign, listNames, sizeOf } from './folderSigns';
import { type Followed, type Journal, NO_PASS, type Standing, Liveness } from './followed';
import { Ingest } from './ingest';
import { takePiece } from './journalFile';
import { isSame, outcomeOf } from './outcome';
import { EDITS } from './ownJournal';
import { readRunner, readSpec } from './runFiles';
import { Runs } from './runs';

/** How long a slice collects before it commits. */
const SLICE_MS = 12;
/** How often the processes of a run are looked for; its files are looked at in every round. */
const LIVENESS_MS = 500;
/** How long after a script has opened an input it is hashed, if it opens no other meanwhile. */
const INPUTS_SETTLED_MS = 2000;

interface Piece {
  readonly run: Followed;
  readonly journal: Journal;
  readonly batch: Batch;
  readonly taken: number;
  readonly damage: string | null;
}

export interface FollowEvents {
  /** Rows of this run changed; `structure` if it appeared, or its state did. */
  changed(runId: string, structure: boolean): void;
  /** Something is to be done for a run; `setWorkOver` when it is. */
  work(runId: string, kind: EngineWorkKind): void;
  /** Inputs of a run that goes on can have their digests. */
  inputs(runId: string): void;
  /** Something about a run's folder that the engine's log should hold. */
  warn(message: string): void;
}

export class Follower {
  private readonly runs: Runs;
  /** For others in this thread that write what is told of runs: what it remembers of them must be one. */
  readonly ingest: Ingest;
  private readonly clients: ClientOutcomes;
  private readonly followed = new Map<string, Followed>();
  private readonly unreadable = new Set<string>();
  private readonly host = hostname();
  private readonly liveness = new Liveness(this.host);
  private readonly loadJournals;
  private readonly setTaken;
  private readonly hasFiles;

  constructor(
    private readonly db: Database,
    private readonly paths: StorePaths,
    private readonly events: FollowEvents,
  ) {
    this.runs = new Runs(db);
    this.ingest = new Ingest(db);
    this.clients = new ClientOutcomes(db);
    this.loadJournals = db.prepare<[number], { file: string; taken: number; damage: string | null }>(
      'SELECT file, taken, damage FROM journals WHERE run_seq = ?',
    );
    this.hasFiles = db.prepare<[number]>('SELECT 1 FROM files WHERE run_seq = ? LIMIT 1');
    this.setTaken = db.prepare(
      `INSERT INTO journals (run_seq, file, taken, damage) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET taken = excluded.taken, damage = excluded.damage`,
    );
  }

  follows(runId: string): boolean {
    return this.followed.has(runId);
  }

  /** Somebody else in this thread has taken in a journal of a run up to here. */
  hasTaken(runId: string, file: string, taken: number): void {
    const run = this.followed.get(runId);
    run?.journals.set(file, { path: join(run.folder, 'journals', file), name: file, taken, damage: null });
  }

  get activeRuns(): number {
    return this.followed.size;
  }

  /**
   * A job has come to its end. One that did what it should has left its results in the run's journals, with a record that
   * says so; what is told here is a failure.
   */
  setWorkOver(runId: string, kind: EngineWorkKind, reason: string | null): void {
    const run = this.followed.get(runId);
    if (!run) return;
    if (reason !== null) this.ingest.setWork(run.seq, kind, reason, Date.now());
    run.work.setOver(kind);
    this.events.changed(runId, false);
  }

  /** One round over all active runs. @returns whether there is more to take in right away */
  round(nowMs: number): boolean {
    this.findRuns();
    let hasMore = false;
    for (const run of this.followed.values()) {
      if (!isDue(run, nowMs)) continue;
      // Looked at before the journals: whatever a script logged was in its journal before it ended, or was gone.
      const seen = readRunner(run.folder);
      this.lookForProcesses(run, seen, nowMs);
      // Whoever is gone now has left its last words, maybe since they were read.
      const runner = run.isAnyoneAlive === false ? (readRunner(run.folder) ?? seen) : seen;
      // So is this: a writer may add its last record and end while its journal is being read.
      const isQuiet =
        run.outcome !== null && 'endMs' in run.outcome && !this.liveness.hasLivingWriter(run, runner, nowMs);
      const isOver = run.isAnyoneAlive === false || (runner !== null && runner.ended_ms !== null);
      const drained = this.drain(run, { isOver, isQuiet });
      if (run.isBlocked && !existsSync(run.folder)) {
        this.forget(run);
        continue;
      }
      if (!drained && !run.isBlocked) hasMore = true;
      this.settle(run, runner, {
        isDrained: drained !== null && (drained.isOver || !isOver),
        isQuiet: drained?.isQuiet === true,
        nowMs,
      });
    }
    return hasMore;
  }

  private findRuns(): void {
    for (const runId of listNames(this.paths.active)) {
      if (this.followed.has(runId) || this.unreadable.has(runId)) continue;
      const folder = this.paths.runFolder(runId);
      const spec = readSpec(folder);
      if (spec?.run_id !== runId) {
        this.unreadable.add(runId);
        this.events.warn(`active/${runId} names a run whose spec.json is missing or not of its form; it is left alone`);
        continue;
      }
      const { seq, isNew, hasEnded } = this.runs.ensure(spec);
      const journals = new Map(
        this.loadJournals
          .all(seq)
          .map(({ file, taken, damage }) => [
            file,
            { path: join(folder, 'journals', file), name: file, taken, damage },
          ]),
      );
      this.followed.set(runId, {
        spec,
        seq,
        folder,
        journals,
        work: new EngineWork(this.db, seq, spec, spec.host === this.host, ENGINE_WORK),
        outcome: null,
        lastLookMs: 0,
        takenMs: 0,
        newInputsMs: null,
        isAnyoneAlive: true,
        saidHowTracked: hasEnded,
        isBlocked: false,
        pass: NO_PASS,
      });
      if (isNew) this.events.changed(runId, true);
    }
  }

  /**
   * Takes in what the run's journals hold, for one slice; where that was not enough, the next one begins with the
   * journals that this one did not come to.
   *
   * @returns how the run stood when all of it was there; null while there is more
   */
  private drain(run: Followed, standing: Standing): Standing | null {
    const pass = run.pass.left.size > 0 ? run.pass : { left: new Set(run.journals.keys()), standing, isWhole: true };
    run.pass = pass;
    for (const name of listNames(join(run.folder, 'journals'))) {
      if (!name.endsWith('.lwj') || run.journals.has(name)) continue;
      run.journals.set(name, { path: join(run.folder, 'journals', name), name, taken: 0, damage: null });
      pass.left.add(name);
    }
    const until = performance.now() + SLICE_MS;
    const pieces: Piece[] = [];
    // Edits may name runs that another journal tells of: they come last, when all of the others were read.
    if (pass.left.delete(EDITS)) pass.left.add(EDITS);
    for (const name of pass.left) {
      pass.left.delete(name);
      const journal = run.journals.get(name);
      if (journal?.damage !== null || (name === EDITS && !pass.isWhole)) continue;
      const batch = emptyBatch();
      let hasMore = true;
      let state: { taken: number; damage: string | null } = { taken: journal.taken, damage: null };
      while (hasMore && performance.now() < until) {
        const piece = this.takeOrWarn(run, journal, state.taken, batch);
        if (!piece) break;
        state = piece;
        hasMore = piece.hasMore;
        if (batch.records > 2000) break;
      }
      if (state.taken > journal.taken || state.damage !== null)
        pieces.push({ run, journal, batch, taken: state.taken, damage: state.damage });
      if (hasMore) pass.isWhole = false;
      if (performance.now() >= until) break;
    }
    if (pieces.length > 0) this.commit(pieces);
    return pass.left.size === 0 && pass.isWhole ? pass.standing : null;
  }

  /** What can't be read now is looked at again in the next round, and told of once. */
  private takeOrWarn(run: Followed, { path }: Journal, taken: number, batch: Batch) {
    try {
      const piece = takePiece(path, taken, batch);
      run.isBlocked = false;
      return piece;
    } catch (error) {
      if (!run.isBlocked)
        this.events.warn(`${path} can't be read: ${error instanceof Error ? error.message : String(error)}`);
      run.isBlocked = true;
      return null;
    }
  }

  private commit(pieces: readonly Piece[]): void {
    try {
      this.db
        .transaction(() => {
          for (const { run, journal, batch, taken, damage } of pieces) {
            this.ingest.add(run.seq, batch);
            if (damage !== null) {
              const text = `The journal ${journal.name} is damaged: ${damage}. What stood before it is here, the rest was left out.`;
              this.ingest.addNote(run.seq, { level: 'warning', text, timestampMs: Date.now() });
            }
            this.setTaken.run(run.seq, journal.name, taken, damage);
          }
        })
        .immediate();
    } catch (error) {
      // The rows are undone, so what is remembered of them is wrong.
      for (const { run } of pieces) this.ingest.forget(run.seq);
      throw error;
    }
    for (const { run, journal, batch, taken, damage } of pieces) {
      journal.taken = taken;
      journal.damage = damage;
      run.takenMs = Date.now();
      if (batch.files.some(({ mode }) => mode !== 'w')) run.newInputsMs = Date.now();
      this.events.changed(run.spec.run_id, batch.children.length > 0 || batch.edits.length > 0);
    }
  }

  private lookForProcesses(run: Followed, runner: RunnerState | null, nowMs: number): void {
    if (nowMs - run.lastLookMs < LIVENESS_MS) return;
    run.lastLookMs = nowMs;
    run.isAnyoneAlive = this.liveness.isAnyoneAlive(run, runner);
  }

  private settle(
    run: Followed,
    runner: RunnerState | null,
    { isDrained, isQuiet, nowMs }: { isDrained: boolean; isQuiet: boolean; nowMs: number },
  ): void {
    const lastSignMs = () => lastSign(run.folder) ?? run.spec.created_ms;
    const outcome =
      run.spec.kind === 'client'
        ? this.clients.of(run.seq, lastSignMs, nowMs)
        : outcomeOf({
            spec: run.spec,
            runner,
            isAnyoneAlive: run.isAnyoneAlive,
            nowMs,
            lastSignMs,
            saidReason: () => this.runs.saidReason(run.seq),
          });
    const isOver = 'endMs' in outcome;
    if (isOver && !isDrained) return;
    if (!isSame(run.outcome, outcome)) {
      this.db
        .transaction(() => {
          this.runs.setOutcome(run.seq, outcome);
          if (isOver) this.sayHowTracked(run, runner);
        })
        .immediate();
      run.outcome = outcome;
      this.events.changed(run.spec.run_id, true);
    }
    for (const kind of run.work.takeDue({ hasEnded: isOver, isQuiet })) {
      if (kind === 'data' && !this.hasFiles.get(run.seq)) this.setDone(run, kind, nowMs);
      else this.events.work(run.spec.run_id, kind);
    }
    if (run.newInputsMs !== null && nowMs - run.newInputsMs > INPUTS_SETTLED_MS) {
      run.newInputsMs = null;
      if (run.work.isOpen('data')) this.events.inputs(run.spec.run_id);
    }
    if (!isOver || !isQuiet) return;
    this.sayWhatIsTorn(run);
    if (run.work.isOver) this.release(run);
  }

  /** There is nothing to do: no process is started to find that out. */
  private setDone(run: Followed, kind: EngineWorkKind, nowMs: number): void {
    this.ingest.setWork(run.seq, kind, null, nowMs);
    run.work.setOver(kind);
    this.events.changed(run.spec.run_id, false);
  }

  /** What the page must say about a run that could not be seen whole. Once, at its end. */
  private sayHowTracked(run: Followed, runner: RunnerState | null): void {
    if (run.saidHowTracked || !runner) return;
    run.saidHowTracked = true;
    const warn = (text: string) => {
      this.ingest.addNote(run.seq, { level: 'warning', text, timestampMs: runner.ended_ms ?? run.spec.created_ms });
    };
    if (runner.hook === 'absent' && runner.state === 'exited' && isPython(run.spec)) {
      warn(
        'Python did not load the hook (it was started with -I, -E or -S, or ended before it could). Arguments, output, times and exit code are here; parameters and metrics from inside the script are not.',
      );
    }
    if (runner.observer_error !== null)
      warn(
        `System metrics, the environment and files that go past Python are not here: the process that sees them could not be started (${runner.observer_error}).`,
      );
    if (runner.output_lost !== null) warn(`The output is not whole: ${runner.output_lost}.`);
  }

  /** Once nobody writes any more: until then the last record is often not whole. A job tells itself that it failed. */
  private sayWhatIsTorn(run: Followed): void {
    for (const journal of run.journals.values()) {
      const { name, path, taken } = journal;
      const left = sizeOf(path) - taken;
      if (journal.damage !== null || left <= 0 || name.startsWith('job-')) continue;
      const text = `The last record of the journal ${name} is torn (${String(left)} bytes): its writer was ended while writing it.`;
      const damage = 'its last record is torn';
      this.db
        .transaction(() => {
          this.ingest.addNote(run.seq, { level: 'warning', text, timestampMs: Date.now() });
          this.setTaken.run(run.seq, name, taken, damage);
        })
        .immediate();
      journal.damage = damage; // the run may be looked at again while work beside it goes on
      this.events.changed(run.spec.run_id, false);
    }
  }

  private release(run: Followed): void {
    // Left behind only by a runner that never came up.
    rmSync(join(run.folder, HANDED_OVER), { force: true });
    rmSync(join(this.paths.active, run.spec.run_id), { force: true });
    this.forget(run);
  }

  /** Also where somebody has deleted its folder, or the whole store. */
  private forget(run: Followed): void {
    this.followed.delete(run.spec.run_id);
    this.ingest.forget(run.seq);
  }
}

/**
 * Of a run that a client tells of, this thread itself writes the journal: there may be thousands of them that go on, and
 * no round has to look into all of their folders.
 */
const isDue = ({ spec, pass, lastLookMs }: Followed, nowMs: number): boolean =>
  spec.kind !== 'client' || pass.left.size > 0 || !pass.isWhole || nowMs - lastLookMs >= LIVENESS_MS;

/** Whether the run's own command is a Python that should have loaded the hook. */
const isPython = ({ kind, sweep }: RunSpec): boolean => (kind === 'script' || kind === 'module') && sweep === null;
