/**
 * Runs as two tables: one row for each run, with a column for each parameter, metric and tag that any of them has; one row
 * for each point of a metric.
 */
import type { RunValues } from '../clients';
import type { FormatTask } from './format';
import type { ExportRun, KeyKind } from './source';

export type ColumnType = 'text' | 'number' | 'time' | 'integer' | 'flag';
/** Times are Unix milliseconds; NaN stands for a metric that was none, null for what is not there. */
export type Cell = string | number | boolean | null;

export interface TableColumn {
  readonly name: string;
  readonly type: ColumnType;
}

export interface Table {
  readonly columns: readonly TableColumn[];
  /** Rows one after the other, never all of them. */
  readonly rows: () => AsyncGenerator<readonly Cell[]>;
}

const RUN_COLUMNS: readonly (TableColumn & { readonly of: (run: ExportRun) => Cell })[] = [
  { name: 'run_id', type: 'text', of: (run) => run.run_id },
  { name: 'experiment', type: 'text', of: (run) => run.experiment },
  { name: 'name', type: 'text', of: (run) => run.name },
  { name: 'status', type: 'text', of: (run) => run.status },
  { name: 'start_time', type: 'time', of: (run) => run.start_ms },
  { name: 'end_time', type: 'time', of: (run) => run.end_ms },
  { name: 'parent_run_id', type: 'text', of: (run) => run.parent_run_id },
  { name: 'kind', type: 'text', of: (run) => run.kind },
  { name: 'source', type: 'text', of: (run) => run.source },
  { name: 'user', type: 'text', of: (run) => run.user },
  { name: 'note', type: 'text', of: (run) => run.note },
  { name: 'deleted', type: 'flag', of: (run) => run.deleted_ms !== null },
];

const POINT_COLUMNS: readonly TableColumn[] = [
  { name: 'run_id', type: 'text' },
  { name: 'metric', type: 'text' },
  { name: 'step', type: 'integer' },
  { name: 'time', type: 'time' },
  { name: 'value', type: 'number' },
];

const KINDS: readonly (readonly [KeyKind, ColumnType])[] = [
  ['params', 'text'],
  ['metrics', 'number'],
  ['tags', 'text'],
];

const ROWS_AT_ONCE = 1000;

export function runTable({ source, pace }: FormatTask): Table {
  const keyed = KINDS.map(([kind, type]) => ({ kind, type, keys: source.keys(kind) }));
  return {
    columns: [
      ...RUN_COLUMNS,
      ...keyed.flatMap(({ kind, type, keys }) => keys.map((key) => ({ name: `${kind}.${key}`, type }))),
    ],
    async *rows() {
      for (const run of source.runs()) {
        const values = source.values(run);
        const cells: Cell[] = RUN_COLUMNS.map(({ of }) => of(run));
        for (const { kind, keys } of keyed) {
          const own = cellsOf(values, kind);
          for (const key of keys) cells.push(own.get(key) ?? null);
        }
        yield cells;
        await pace.done(1);
      }
    },
  };
}

export const pointTable = ({ source, pace }: FormatTask): Table => ({
  columns: POINT_COLUMNS,
  async *rows() {
    let count = 0;
    for (const run of source.runs())
      for (const [key, step, timestampMs, value] of source.points(run)) {
        yield [run.run_id, key, step, timestampMs, value ?? Number.NaN];
        if (++count % ROWS_AT_ONCE === 0) await pace.done(ROWS_AT_ONCE);
      }
    await pace.done(count % ROWS_AT_ONCE);
  },
});

function cellsOf({ params, metrics, tags }: RunValues, kind: KeyKind): ReadonlyMap<string, Cell> {
  if (kind === 'metrics') return new Map(metrics.map(([key, value]) => [key, value ?? Number.NaN]));
  return new Map<string, Cell>(kind === 'params' ? params : tags);
}
