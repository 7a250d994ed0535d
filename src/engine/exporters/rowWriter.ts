/** Adding rows to tables that may lack some columns: an older form of a database has fewer. */
import type { Database, Statement } from 'better-sqlite3';

export type Row = Readonly<Record<string, string | number | null>>;

export interface RowWriter {
  /** Whether there is such a table at all. */
  readonly isThere: boolean;
  add(row: Row): void;
}

/** @param onConflict what becomes of a row that is there already */
export function rowWriter(db: Database, table: string, onConflict: 'ABORT' | 'IGNORE' = 'ABORT'): RowWriter {
  const known = new Set(db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table));
  const isThere = known.size > 0;
  let add: { readonly columns: readonly string[]; readonly statement: Statement } | null = null;
  return {
    isThere,
    add: (row) => {
      if (!isThere) return;
      if (add === null) {
        const columns = Object.keys(row).filter((column) => known.has(column));
        const places = columns.map(() => '?').join(', ');
        add = {
          columns,
          statement: db.prepare(
            `INSERT OR ${onConflict} INTO ${table} (${columns.map((one) => `"${one}"`).join(', ')}) VALUES (${places})`,
          ),
        };
      }
      add.statement.run(add.columns.map((column) => row[column]));
    },
  };
}
