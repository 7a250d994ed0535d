/** Parameters as rows: of several sources of one, only the strongest is seen. Runs inside a transaction of the writer. */
import type { Database } from 'better-sqlite3';
import type { ParamSource } from '../../protocol/entities';
import { SOURCE_RANK } from './factQueries';

export class ParamRows {
  private readonly put;
  private readonly shadow;
  private readonly other;
  private readonly hasOther;

  constructor(db: Database) {
    this.put = db.prepare(
      'INSERT INTO params (run_seq, key, source, value) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
    this.hasOther = db.prepare<[number, ParamSource]>('SELECT 1 FROM params WHERE run_seq = ? AND source <> ? LIMIT 1');
    this.shadow = db.prepare(
      `UPDATE params SET shadowed = ${SOURCE_RANK} <
         (SELECT max(${SOURCE_RANK}) FROM params WHERE run_seq = @runSeq AND key = @key)
       WHERE run_seq = @runSeq AND key = @key`,
    );
    this.other = db.prepare<[number, string, string]>(
      'SELECT 1 FROM params WHERE run_seq = ? AND key = ? AND source <> ? LIMIT 1',
    );
  }

  set(runSeq: number, key: string, source: ParamSource, value: string): void {
    this.put.run(runSeq, key, source, value);
    if (this.other.get(runSeq, key, source)) this.shadow.run({ runSeq, key });
  }

  /** The same for many. Where nobody else speaks of the run's parameters, none stands before another. */
  setAll(runSeq: number, params: readonly { key: string; value: string; source: ParamSource }[]): void {
    const [first] = params;
    if (!first) return;
    const isAlone =
      params.every(({ source }) => source === first.source) && this.hasOther.get(runSeq, first.source) === undefined;
    for (const { key, source, value } of params) {
      if (isAlone) this.put.run(runSeq, key, source, value);
      else this.set(runSeq, key, source, value);
    }
  }
}
