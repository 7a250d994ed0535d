/**
 * A SQLite database of another program, read while that may be writing it, and whatever version of the program made it:
 * a column that it does not have yet reads as NULL.
 */
import Database from 'better-sqlite3';
import { LoopwrightError } from '../../protocol/errors';

/** As long as MLflow itself waits for others, nearly. */
const PATIENCE_MS = 15_000;

export class ForeignTables {
  private constructor(private readonly db: Database.Database) {}

  /** @throws LoopwrightError `bad_request` if it is no database, or is locked for long */
  static open(path: string): ForeignTables {
    let db: Database.Database | null = null;
    try {
      db = new Database(path, { readonly: true, fileMustExist: true, timeout: PATIENCE_MS });
      db.pragma('trusted_schema = OFF');
      db.pragma('mmap_size = 0');
      db.prepare('SELECT count(*) FROM sqlite_master').get();
      return new ForeignTables(db);
    } catch (error) {
      db?.close();
      throw asImportError(path, error);
    }
  }

  has(table: string): boolean {
    return this.columnsOf(table).size > 0;
  }

  /**
   * Prepares `SELECT … FROM table` with the rest of the statement.
   *
   * @param columns what each value is called in the table; of several names the first that is there counts
   */
  select<Row, Params extends unknown[]>(
    table: string,
    columns: Readonly<Record<keyof Row & string, string | readonly string[]>>,
    rest = '',
  ): Database.Statement<Params, Row> {
    const known = this.columnsOf(table);
    const list = Object.entries<string | readonly string[]>(columns).map(([name, column]) => {
      const found = [column].flat().find((one) => known.has(one) || one === 'rowid');
      return `${found === undefined ? 'NULL' : `"${found}"`} AS "${name}"`;
    });
    return this.db.prepare<Params, Row>(`SELECT ${list.join(', ')} FROM "${table}" ${rest}`);
  }

  count(table: string): number {
    return this.db.prepare<[], number>(`SELECT count(*) FROM "${table}"`).pluck().get() ?? 0;
  }

  /**
   * Makes sure that the rows of one run are found without reading all: databases of old versions have no index for it,
   * and get it in a copy beside, which only this connection sees.
   */
  findBy(table: string, column: string): void {
    if (!this.columnsOf(table).has(column) || this.isIndexed(table, column)) return;
    this.db.exec(`
      CREATE TEMP TABLE "${table}" AS SELECT * FROM main."${table}";
      CREATE INDEX temp."${table} by ${column}" ON "${table}" ("${column}")`);
  }

  close(): void {
    this.db.close();
  }

  private columnsOf(table: string): ReadonlySet<string> {
    return new Set(this.db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table));
  }

  private isIndexed(table: string, column: string): boolean {
    const first = this.db
      .prepare<[string], string>(
        `SELECT i.name FROM pragma_index_list(?) l, pragma_index_info(l.name) i WHERE i.seqno = 0`,
      )
      .pluck();
    return first.all(table).includes(column);
  }
}

/** What SQLite says of somebody else's database, in words. */
export function asImportError(path: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const why = error.code.startsWith('SQLITE_BUSY')
    ? 'another program has it locked. Try again when that is done'
    : error.code === 'SQLITE_NOTADB'
      ? 'it is no SQLite database'
      : error.message;
  return new LoopwrightError('bad_request', `${path} can't be read: ${why}.`, { cause: error });
}
