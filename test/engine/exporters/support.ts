/** A store whose rows are written directly, and exports of it without an engine around them. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { writeExport } from '../../../src/engine/exporters/task';
import { ExportOrder, type ExportResult, type ExportState } from '../../../src/protocol/exports';
import { type ListStore, listStore } from '../lists.support';
import type { z } from 'zod';

export interface ExportStore extends ListStore {
  /** The store's folder. */
  readonly root: string;
  /** A place for exports. */
  readonly out: string;
  /** A point of a metric, at its end. */
  addPoint(runId: string, key: string, point: { step: number; ms: number; value: number | null }): void;
  export(
    order: Partial<z.input<typeof ExportOrder>> & { readonly path: string },
    watch?: { readonly signal?: AbortSignal; readonly progress?: (state: ExportState) => void },
  ): Promise<ExportResult>;
}

export function exportStore(): ExportStore {
  const store = listStore();
  store.db.exec("INSERT INTO experiments (experiment_id, name, created_ms) VALUES (0, 'Default', 0)");
  const root = join(store.db.name, '..');
  const out = mkdtempSync(join(tmpdir(), 'lw-export-'));
  const metricOf = store.db.prepare<[string, string], { metric_id: number; points: number }>(
    `SELECT metric_id, (SELECT count(*) FROM points p WHERE p.metric_id = m.metric_id) AS points
       FROM metrics m JOIN runs USING (run_seq) WHERE run_id = ? AND key = ?`,
  );
  const addMetric = store.db.prepare(
    `INSERT INTO metrics (run_seq, key, count, last, last_step, last_ms, min, max)
     VALUES ((SELECT run_seq FROM runs WHERE run_id = ?), ?, 0, NULL, 0, 0, NULL, NULL)`,
  );
  const setLast = store.db.prepare(
    'UPDATE metrics SET count = count + 1, last = ?, last_step = ?, last_ms = ? WHERE metric_id = ?',
  );
  const addPoint = store.db.prepare(
    'INSERT INTO points (metric_id, ordinal, step, logged_ms, value) VALUES (?, ?, ?, ?, ?)',
  );
  return {
    ...store,
    root,
    out,
    addPoint: (runId, key, { step, ms, value }) => {
      if (!metricOf.get(runId, key)) addMetric.run(runId, key);
      const metric = metricOf.get(runId, key);
      if (!metric) throw new Error(`no run ${runId}`);
      addPoint.run(metric.metric_id, metric.points, step, ms, value);
      setLast.run(value, step, ms, metric.metric_id);
    },
    export: (order, { signal = new AbortController().signal, progress = () => undefined } = {}) =>
      writeExport(
        { store: root, order: ExportOrder.parse({ ...order, path: join(out, order.path) }) },
        { signal, progress: progress as (value: unknown) => void },
      ),
    dispose: () => {
      store.dispose();
      rmSync(out, { recursive: true, force: true });
    },
  };
}

/** What a query of a database says, as plain rows. */
export function rowsOf(file: string, query: string): unknown[] {
  if (!existsSync(file)) throw new Error(`${file} is missing`);
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare(query).all();
  } finally {
    db.close();
  }
}
