/** Rows of runs as lists show them, with the values of the columns that were asked for. */
import type { Database } from 'better-sqlite3';
import { type Headline, type RunRow, toWireNumber } from '../../protocol/entities';
import type { RunColumn } from '../../protocol/lists';
import { headlineKey } from './headline';
import { RUN_COLUMNS, runRow, type RunRecord } from './rows';

/** A row's headline is looked for among this many metrics. */
const HEADLINE_CANDIDATES = 200;
/** Where a reply would come near the limit of a message, longer texts are cut. */
const MAX_ROWS_BYTES = 800_000;
const CUT_CHARS = 200;

export class RunRows {
  private readonly headlineKeys;
  private readonly valueOf;
  private readonly bySeq;

  constructor(db: Database) {
    this.headlineKeys = db
      .prepare<[number, number], string>('SELECT key FROM metrics WHERE run_seq = ? ORDER BY metric_id LIMIT ?')
      .pluck();
    const text = (table: string, counts: string) =>
      db
        .prepare<[number, string], string>(`SELECT value FROM ${table} WHERE run_seq = ? AND key = ? AND ${counts}`)
        .pluck();
    this.valueOf = {
      param: text('params', 'shadowed = 0'),
      tag: text('tags', 'edited <> 2'),
      metric: db
        .prepare<[number, string], number | null>('SELECT last FROM metrics WHERE run_seq = ? AND key = ?')
        .pluck(),
    };
    this.bySeq = db.prepare<[string], RunRecord>(
      `SELECT ${RUN_COLUMNS} FROM json_each(?) wanted CROSS JOIN runs r ON r.run_seq = wanted.value
       JOIN experiments e USING (experiment_id)`,
    );
  }

  /** The records of these runs, in their order. */
  records(seqs: readonly number[]): RunRecord[] {
    const found = new Map(this.bySeq.all(JSON.stringify(seqs)).map((record) => [record.run_seq, record]));
    return seqs.map((seq) => found.get(seq)).filter((record) => record !== undefined);
  }

  toRow(record: RunRecord, columns: readonly RunColumn[] = []): RunRow {
    return runRow(
      record,
      this.headlineOf(record.run_seq),
      columns.map((column) => this.value(record.run_seq, column)),
    );
  }

  /** The metric that a reader would look for first. */
  headlineOf(seq: number): Headline | null {
    const key = headlineKey(this.headlineKeys.all(seq, HEADLINE_CANDIDATES));
    const value = key === null ? undefined : this.metric(seq, key);
    return key !== null && value !== undefined ? { key, value } : null;
  }

  private value(seq: number, { kind, key }: RunColumn): RunRow['values'][number] {
    return (kind === 'metric' ? this.metric(seq, key) : this.valueOf[kind].get(seq, key)) ?? null;
  }

  private metric(seq: number, key: string) {
    const last = this.valueOf.metric.get(seq, key);
    return last === undefined ? undefined : toWireNumber(last ?? Number.NaN);
  }
}

/** As many rows as were asked for have to fit into one message: the longest texts give way. */
export function fitted(rows: RunRow[]): RunRow[] {
  if (Buffer.byteLength(JSON.stringify(rows)) <= MAX_ROWS_BYTES) return rows;
  const cut = (text: string) => (text.length > CUT_CHARS ? `${text.slice(0, CUT_CHARS)}…` : text);
  return rows.map((row) => ({
    ...row,
    name: cut(row.name),
    experiment: cut(row.experiment),
    values: row.values.map((value) => (typeof value === 'string' ? cut(value) : value)),
  }));
}
