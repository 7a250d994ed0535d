/** The data sets that a run named (MLflow's `log_input`). */
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import type { UsedDataset } from '../../protocol/registry';

const MAX_DATASETS = 20;
const MAX_CHARS = 1000;
/** What sources of MLflow's kinds say of where they are. */
const Place = z.looseObject({ uri: z.string(), url: z.string(), path: z.string() }).partial();

export class UsedDatasets {
  private readonly find;

  constructor(db: Database) {
    this.find = db.prepare<[number, number], UsedDataset>(
      `SELECT name, digest, context, source FROM dataset_inputs WHERE run_seq = ?
       ORDER BY context IS NOT 'training', name, digest LIMIT ?`,
    );
  }

  of(runSeq: number | null): UsedDataset[] {
    if (runSeq === null) return [];
    return this.find.all(runSeq, MAX_DATASETS).map((row) => ({ ...row, source: sourceWords(row.source) }));
  }
}

function sourceWords(source: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch {
    return source.slice(0, MAX_CHARS); // a client's own words
  }
  const { data } = Place.safeParse(parsed);
  return (data?.uri ?? data?.url ?? data?.path ?? source).slice(0, MAX_CHARS);
}
