/** What several runs have of one kind, key by key. Each run's rows come in the order of their keys and are merged. */
import type { Database } from 'better-sqlite3';
import { toWireNumber } from '../../protocol/entities';
import type { ComparedKind, ComparedRow } from '../../protocol/compared';
import type { CheckedParams, Result } from '../../protocol/requests';
import { SOURCE_RANK } from './factQueries';
import { cutPage, decodeToken, encodeToken } from './pages';
import type { RunRecord } from './rows';
import { IS_SYSTEM_METRIC } from './systemMetrics';

type Value = Exclude<ComparedRow['values'][number], null>;

interface Entry {
  readonly key: string;
  readonly value: Value;
  /** What is unknown can't be told to be the same. */
  readonly isUnknown?: boolean;
  /** Of a metric. */
  readonly points?: number;
}

/** Twenty values beside each other, each of control characters, which JSON writes as six, stay below 1 MB. */
const MAX_VALUE_CHARS = 4096;
/** Stands for the content of a file of which there is no digest. */
const NO_DIGEST = 'no digest';

interface Row<V> {
  readonly key: string;
  readonly value: V;
}

interface MetricRow extends Row<number | null> {
  readonly count: number;
}

interface MergedRow {
  readonly key: string;
  readonly entries: readonly (Entry | undefined)[];
}

type KindOfRows = Exclude<ComparedKind, 'run'>;
type Asked = Omit<CheckedParams<'runs/compare'>, 'runIds' | 'what'>;

/** What runs have of one kind beside each other, by their numbers; null stands for a run that there is not. */
export class ComparedRows {
  private readonly lists;

  constructor(db: Database) {
    this.lists = rowsOfRuns(db).lists;
  }

  page(what: KindOfRows, runs: readonly (number | null)[], asked: Asked): Result<'runs/compare'> {
    return pageOf(this.lists(what, runs, afterOf(asked)), asked);
  }
}

function rowsOfRuns(db: Database) {
  const pluckFact = db
    .prepare<[number, string, string], string>('SELECT value FROM facts WHERE run_seq = ? AND section = ? AND key = ?')
    .pluck();
  const howOf = db.prepare<[number], How>(
    `SELECT source, argv, cwd, branch, interpreter, python_version, user, host, kind FROM runs WHERE run_seq = ?`,
  );

  const fact = (seq: number, section: string, key: string): unknown => {
    const text = pluckFact.get(seq, section, key);
    return text === undefined ? undefined : JSON.parse(text);
  };

  /** The rows of a table, read as they are asked for: a page of thousands of metrics needs a page of each run's. */
  const rows = <R = Row<string>>(sql: string, ...values: (string | number)[]): IterableIterator<R> =>
    db.prepare<(string | number)[], R>(sql).iterate(...values);

  const files = function* (seq: number, direction: 'in' | 'out', after: string): Iterable<Entry> {
    const root = rootOf(fact(seq, 'code', 'root') ?? howOf.get(seq)?.cwd);
    const sql = `SELECT iif(substr(path, 1, length(?)) = ?, substr(path, length(?) + 1), path) AS key, md5 AS value
      FROM files WHERE run_seq = ? AND direction = ? ORDER BY key`;
    for (const { key, value } of rows<Row<string | null>>(sql, root, root, root, seq, direction)) {
      if (compareKeys(key, after) <= 0) continue;
      yield value === null ? { key, value: NO_DIGEST, isUnknown: true } : { key, value };
    }
  };

  const entriesOf = (what: KindOfRows, seq: number, after: string): Iterable<Entry> => {
    const metrics = (which: string) =>
      numbers(
        rows(
          `SELECT key, last AS value, count FROM metrics WHERE run_seq = ? AND key > ? AND ${which} ORDER BY key`,
          seq,
          after,
        ),
      );
    switch (what) {
      case 'param':
        return rows(
          `SELECT key, value, max(${SOURCE_RANK}) FROM params WHERE run_seq = ? AND key > ? GROUP BY key ORDER BY key`,
          seq,
          after,
        );
      case 'metric':
        return metrics(`NOT ${IS_SYSTEM_METRIC}`);
      case 'system':
        return metrics(IS_SYSTEM_METRIC);
      case 'tag':
        return rows(
          'SELECT key, value FROM tags WHERE run_seq = ? AND key > ? AND edited <> 2 ORDER BY key',
          seq,
          after,
        );
      case 'package':
        return rows(
          `SELECT key, coalesce(value ->> '$.version', '') AS value FROM facts
           WHERE run_seq = ? AND section = 'packages' AND key > ? ORDER BY key`,
          seq,
          after,
        );
      case 'environment':
        return flatFacts(
          rows(`SELECT key, value FROM facts WHERE run_seq = ? AND section = 'environment'`, seq),
          after,
        );
      case 'input':
        return files(seq, 'in', after);
      case 'output':
        return files(seq, 'out', after);
    }
  };

  const lists = (what: KindOfRows, runs: readonly (number | null)[], after: string): Iterable<MergedRow> =>
    merge(runs.map((seq) => (seq === null ? [] : entriesOf(what, seq, after))[Symbol.iterator]()));

  return { lists, fact, howOf };
}

export function compareQueries(db: Database, find: (runId: string) => RunRecord) {
  const { lists, fact, howOf } = rowsOfRuns(db);

  const ofRun = (record: RunRecord): ReadonlyMap<string, Value> => {
    const how = howOf.get(record.run_seq);
    const repository = fact(record.run_seq, 'code', 'repository') as { commit?: string | null } | null | undefined;
    const all = {
      experiment: record.experiment,
      kind: how?.kind,
      script: how?.source,
      arguments: how && argumentsOf(how),
      branch: how?.branch,
      commit: repository?.commit,
      code: fact(record.run_seq, 'code', 'tree'),
      status: record.status,
      start: record.start_ms,
      duration: record.end_ms === null ? null : record.end_ms - record.start_ms,
      user: how?.user,
      host: how?.host,
      interpreter: how?.interpreter,
      python: how?.python_version,
    };
    return new Map(
      Object.entries(all).filter((entry): entry is [string, Value] => ['string', 'number'].includes(typeof entry[1])),
    );
  };

  const merged = (what: ComparedKind, records: readonly RunRecord[], after: string): Iterable<MergedRow> => {
    if (what === 'run') {
      const all = RUN_KEYS.slice(RUN_KEYS.indexOf(after) + 1).map(rowOf(records.map(ofRun)));
      return all.filter(({ entries }) => entries.some((entry) => entry !== undefined));
    }
    return lists(
      what,
      records.map((record) => record.run_seq),
      after,
    );
  };

  return {
    'runs/compare': ({ runIds, what, ...asked }: CheckedParams<'runs/compare'>): Result<'runs/compare'> =>
      pageOf(merged(what, runIds.map(find), afterOf(asked)), asked),
  };
}

const afterOf = ({ pageToken }: Asked): string => (pageToken === undefined ? '' : String(decodeToken(pageToken)[0]));

function pageOf(rows: Iterable<MergedRow>, { onlyDifferences, limit, search: given }: Asked): Result<'runs/compare'> {
  const search = given.toLowerCase();
  const found: ComparedRow[] = [];
  // Left early, it closes the statements that it has open.
  for (const row of rows) {
    const compared = toCompared(row);
    if (onlyDifferences && !compared.differs) continue;
    if (search !== '' && !contains(compared, search)) continue;
    found.push(compared);
    if (found.length > limit) break;
  }
  const page = cutPage(found, limit, cutValues, (last) => encodeToken([last.key]));
  return { rows: page.items, nextPageToken: page.nextPageToken };
}

interface How {
  readonly source: string;
  readonly argv: string;
  readonly cwd: string;
  readonly branch: string | null;
  readonly interpreter: string | null;
  readonly python_version: string | null;
  readonly user: string;
  readonly host: string;
  readonly kind: string;
}

const RUN_KEYS: readonly string[] = [
  'experiment',
  'kind',
  'script',
  'arguments',
  'branch',
  'commit',
  'code',
  'status',
  'start',
  'duration',
  'user',
  'host',
  'interpreter',
  'python',
];

const rowOf =
  (runs: readonly ReadonlyMap<string, Value>[]) =>
  (key: string): MergedRow => ({
    key,
    entries: runs.map((run) => {
      const value = run.get(key);
      return value === undefined ? undefined : { key, value };
    }),
  });

/** What stands behind the script, as it was typed. */
function argumentsOf({ argv, source }: How): string {
  const words = JSON.parse(argv) as string[];
  return words.slice(words.indexOf(source) + 1).join(' ');
}

function* numbers(entries: Iterable<MetricRow>): Iterable<Entry> {
  for (const { key, value, count } of entries) yield { key, value: toWireNumber(value ?? Number.NaN), points: count };
}

/** `{"variables": {"HOME": "/"}}` as `variables.HOME`. There are few of them. */
function flatFacts(facts: Iterable<Row<string>>, after: string): Iterable<Entry> {
  const flat: Entry[] = [];
  const add = (key: string, value: unknown): void => {
    if (value === null || value === undefined) return;
    if (typeof value === 'object') for (const [name, inner] of Object.entries(value)) add(`${key}.${name}`, inner);
    else flat.push({ key, value: typeof value === 'string' ? value : JSON.stringify(value) });
  };
  for (const { key, value } of facts) add(key, JSON.parse(value));
  return flat.filter(({ key }) => compareKeys(key, after) > 0).sort((a, b) => compareKeys(a.key, b.key));
}

/** With the separator that the paths below it go on with. */
function rootOf(root: unknown): string {
  if (typeof root !== 'string' || root === '') return '/';
  if (/[/\\]$/.test(root)) return root;
  return root + (root.includes('\\') ? '\\' : '/');
}

/** Goes through all lists at once, each of which is in the order of its keys. */
function* merge(lists: readonly Iterator<Entry>[]): Generator<MergedRow> {
  try {
    const heads = lists.map(next);
    for (;;) {
      let least: string | undefined;
      for (const head of heads) if (head && (least === undefined || compareKeys(head.key, least) < 0)) least = head.key;
      if (least === undefined) return;
      const entries = heads.map((head) => (head?.key === least ? head : undefined));
      for (const [at, list] of lists.entries())
        // A path below the root and the same one written otherwise may come to the same key: the first one counts.
        while (heads[at]?.key === least) heads[at] = next(list);
      yield { key: least, entries };
    }
  } finally {
    for (const list of lists) list.return?.();
  }
}

function next(list: Iterator<Entry>): Entry | undefined {
  const step = list.next();
  return step.done === true ? undefined : step.value;
}

const ASCII = /^[\0-\x7f]*$/;

/** As SQLite orders text: by its bytes, which differs from JavaScript's order beyond the basic plane. */
function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  if (ASCII.test(a) && ASCII.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function toCompared({ key, entries }: MergedRow): ComparedRow {
  const [first] = entries;
  return {
    key,
    values: entries.map((entry) => entry?.value ?? null),
    differs: entries.some((entry) => entry?.value !== first?.value || entry?.isUnknown === true),
    ...pointsOf(entries),
  };
}

function pointsOf(entries: MergedRow['entries']): Pick<ComparedRow, 'points'> {
  const counts = entries.map((entry) => entry?.points).filter((count) => count !== undefined);
  return counts.length === 0 ? {} : { points: Math.max(...counts) };
}

const contains = ({ key, values }: ComparedRow, search: string): boolean =>
  key.toLowerCase().includes(search) ||
  values.some((value) => typeof value === 'string' && value.toLowerCase().includes(search));

const cutValues = ({ values, ...row }: ComparedRow): ComparedRow => ({
  ...row,
  values: values.map((value) =>
    typeof value === 'string' && value.length > MAX_VALUE_CHARS ? `${value.slice(0, MAX_VALUE_CHARS - 1)}…` : value,
  ),
});
