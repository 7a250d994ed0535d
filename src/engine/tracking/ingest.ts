/** Rows for what journals say. Every function here runs inside a transaction of the writer. */
import type { Database } from 'better-sqlite3';
import type { WorkKind } from '../../protocol/capture';
import { fromWireNumber } from '../../protocol/entities';
import { addToSummary, type Batch, type Point, type Summary } from './batch';
import { CapturedRows } from './captured';
import { ChildRuns } from './children';
import { EditRows } from './editRows';
import { ExecutionRows } from './executions';
import { ParamRows } from './paramRows';
import { NoteRows } from './noteRows';
import { SearchRows } from './searchRows';
import { ToldRows } from './toldRows';
import { BlockWriter } from './pointBlocks';

interface MetricRow {
  metric_id: number;
  count: number;
  last: number | null;
  last_step: number;
  last_ms: number;
  min: number | null;
  max: number | null;
}

/** A metric that points are being added to: its row's id, null before there is one, and its summary as it will be written. */
interface OpenMetric {
  id: number | null;
  readonly summary: Summary;
}

/** Steps are 64 bit signed in the store; JavaScript's numbers are exact up to 2^53. */
const clampStep = (step: number): number =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(step)));

/** NaN is NULL in the store; SQLite keeps infinities as they are. */
const storable = (value: number): number | null => (Number.isNaN(value) ? null : value);

export class Ingest {
  private readonly statements;
  /** Summaries of the runs that are being written, so that no point costs a read. Forgotten with the run. */
  private readonly open = new Map<number, Map<string, OpenMetric>>();
  private readonly params: ParamRows;
  private readonly search: SearchRows;
  private readonly notes: NoteRows;
  private readonly edits: EditRows;
  private readonly captured: CapturedRows;
  private readonly children: ChildRuns;
  private readonly executions: ExecutionRows;
  private readonly told: ToldRows;
  private readonly blocks: BlockWriter;

  constructor(db: Database) {
    this.statements = {
      findMetric: db.prepare<[number, string], MetricRow>(
        'SELECT metric_id, count, last, last_step, last_ms, min, max FROM metrics WHERE run_seq = ? AND key = ?',
      ),
      addMetric: db.prepare(
        'INSERT INTO metrics (count, last, last_step, last_ms, min, max, run_seq, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      updateMetric: db.prepare(
        'UPDATE metrics SET count = ?, last = ?, last_step = ?, last_ms = ?, min = ?, max = ? WHERE metric_id = ?',
      ),
      addPoint: db.prepare('INSERT INTO points (metric_id, ordinal, step, logged_ms, value) VALUES (?, ?, ?, ?, ?)'),
      // What the user has set, or has taken away, stays so.
      setTag: db.prepare(
        `INSERT INTO tags (run_seq, key, value) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value WHERE edited = 0`,
      ),
      removeTag: db.prepare('DELETE FROM tags WHERE run_seq = ? AND key = ? AND edited = 0'),
      setArtifact: db.prepare(
        `INSERT INTO artifacts (run_seq, path, kind, size_bytes, logged_ms, name, step)
         VALUES (@runSeq, @path, @kind, @sizeBytes, @timestampMs, @name, @step)
         ON CONFLICT DO UPDATE SET kind = excluded.kind, size_bytes = excluded.size_bytes, logged_ms = excluded.logged_ms,
           name = excluded.name, step = excluded.step`,
      ),
      // Remarks are made by each of a run's processes, and are worth reading once.
      addNote: db.prepare(
        `INSERT INTO notes (run_seq, ordinal, level, text, logged_ms)
         SELECT @runSeq, (SELECT coalesce(max(ordinal), 0) + 1 FROM notes WHERE run_seq = @runSeq), @level, @text, @timestampMs
         WHERE @level <> 'info'
           OR NOT EXISTS (SELECT 1 FROM notes WHERE run_seq = @runSeq AND level = @level AND text = @text)`,
      ),
      setPython: db.prepare('UPDATE runs SET python_version = ?, interpreter = ? WHERE run_seq = ?'),
    };
    this.params = new ParamRows(db);
    this.search = new SearchRows(db);
    this.notes = new NoteRows(db);
    this.edits = new EditRows(db);
    this.captured = new CapturedRows(db);
    this.children = new ChildRuns(db);
    this.executions = new ExecutionRows(db);
    this.told = new ToldRows(db);
    this.blocks = new BlockWriter(db);
  }

  /** Writes a batch. @returns nothing; throws what SQLite throws, and then the transaction is undone as a whole */
  add(runSeq: number, batch: Batch): void {
    for (const [key, points] of batch.points) this.addPoints(runSeq, key, points);
    this.params.setAll(runSeq, batch.params);
    for (const { key, value } of batch.tags) {
      if (value === null) this.statements.removeTag.run(runSeq, key);
      else this.statements.setTag.run(runSeq, key, value);
    }
    this.notes.afterTags(
      runSeq,
      batch.tags.map(({ key }) => key),
    );
    for (const artifact of batch.artifacts) {
      this.statements.setArtifact.run({
        ...artifact,
        runSeq,
        sizeBytes: Math.trunc(artifact.sizeBytes),
        timestampMs: Math.trunc(artifact.timestampMs),
        step: artifact.step === null ? null : clampStep(artifact.step),
      });
    }
    for (const note of batch.notes) this.addNote(runSeq, note);
    this.captured.add(runSeq, batch);
    this.executions.add(runSeq, batch);
    this.told.add(runSeq, batch);
    for (const child of batch.children) this.addChild(runSeq, child);
    if (batch.params.length > 0 || batch.tags.length > 0 || batch.told.some(({ name }) => name !== undefined))
      this.search.update(runSeq);
    for (const edit of batch.edits) this.edits.add(runSeq, edit);
    if (batch.python) this.statements.setPython.run(batch.python.version, batch.python.executable, runSeq);
  }

  /** A run without processes of its own; recorded twice, it is the same run, and its metrics stay as they were. */
  private addChild(parentSeq: number, child: Batch['children'][number]): void {
    const { seq, isNew } = this.children.ensure(parentSeq, child);
    for (const [key, value] of Object.entries(child.params)) this.params.set(seq, key, 'library', value);
    for (const [key, value] of Object.entries(child.tags)) this.statements.setTag.run(seq, key, value);
    this.search.update(seq);
    if (!isNew) return;
    for (const [key, value] of Object.entries(child.metrics))
      this.addPoints(seq, key, [{ step: 0, timestampMs: child.end_ms, value: fromWireNumber(value) }]);
    this.forget(seq);
  }

  addNote(runSeq: number, note: { level: string; text: string; timestampMs: number }): void {
    this.statements.addNote.run({ runSeq, ...note, timestampMs: Math.trunc(note.timestampMs) });
  }

  setWork(runSeq: number, kind: WorkKind, reason: string | null, atMs: number): void {
    this.captured.setWork(runSeq, kind, reason, atMs);
  }

  /** Forgets what it knows of a run: after its end, and after a transaction was undone. */
  forget(runSeq: number): void {
    this.open.delete(runSeq);
  }

  private addPoints(runSeq: number, key: string, points: readonly Point[]): void {
    if (points.length === 0) return;
    const metric = this.metricOf(runSeq, key);
    let ordinal = metric.summary.count;
    const exact = points.map((point) => ({ ...point, step: clampStep(point.step) }));
    for (const point of exact) addToSummary(metric.summary, point, point.told);
    const id = this.write(runSeq, key, metric);
    for (const { step, timestampMs, value } of exact) {
      this.statements.addPoint.run(id, ordinal++, step, Math.trunc(timestampMs), storable(value));
      this.blocks.written(id, ordinal);
    }
  }

  /** The summary, once for all points that were added: an index has the last value. @returns the row's id */
  private write(runSeq: number, key: string, metric: OpenMetric): number {
    const { count, last, lastStep, lastMs, min, max } = metric.summary;
    const values = [count, storable(last), lastStep, Math.trunc(lastMs), min, max] as const;
    if (metric.id === null) metric.id = Number(this.statements.addMetric.run(...values, runSeq, key).lastInsertRowid);
    else this.statements.updateMetric.run(...values, metric.id);
    return metric.id;
  }

  private metricOf(runSeq: number, key: string): OpenMetric {
    const metrics = this.open.get(runSeq) ?? new Map<string, OpenMetric>();
    this.open.set(runSeq, metrics);
    const metric = metrics.get(key) ?? this.load(runSeq, key);
    metrics.set(key, metric);
    return metric;
  }

  private load(runSeq: number, key: string): OpenMetric {
    const row = this.statements.findMetric.get(runSeq, key);
    if (row) {
      const { metric_id: id, count, last, last_step: lastStep, last_ms: lastMs, min, max } = row;
      return { id, summary: { count, last: last ?? Number.NaN, lastStep, lastMs, min, max } };
    }
    return {
      id: null,
      summary: { count: 0, last: Number.NaN, lastStep: Number.NEGATIVE_INFINITY, lastMs: 0, min: null, max: null },
    };
  }
}
