/**
 * The job that looks how much a model makes of its features, in what can be read without loading it: files that MLflow's autologging
 * has written for the run, and the trees of a LightGBM or an ONNX file.
 */
import { basename } from 'node:path';
import { readFileSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import { pathsOf } from '../../protocol/node/storeFolder';
import type { ModelPlace } from '../../protocol/requests';
import { fileAt } from '../models';
import { openForReading } from '../store';

export interface WantedImportances {
  readonly store: string;
  readonly runId: string | null;
  /** The file that is the model; null where it is not here. */
  readonly place: ModelPlace | null;
}

export interface FoundImportances {
  /** Shares, by feature: their sum is 1. */
  readonly importances: Readonly<Record<string, number>>;
  /** Null where nothing is known. */
  readonly from: string | null;
}

const NONE: FoundImportances = { importances: {}, from: null };
const MAX_BYTES = 5_000_000;
/** They go with the order, as words of a command. */
const MAX_FEATURES = 300;
/** By how much they say of what a model makes of a feature: what it gains says more than how often it asks. */
const KINDS = ['total_gain', 'gain', 'split', 'weight', 'total_cover', 'cover'];
const NAME = /(^|\/)feature_importances?(_\w+)?\.json$/;

export function findImportances({ store, runId, place }: WantedImportances): Promise<FoundImportances> {
  const own = runId === null ? null : loggedBy(store, runId);
  return Promise.resolve(own ?? (place === null ? null : ofFile(store, place)) ?? NONE);
}

function loggedBy(store: string, runId: string): FoundImportances | null {
  const db = openForReading(pathsOf(store).database);
  try {
    for (const path of candidates(db, runId)) {
      const read = importancesIn(textAt(store, { owner: 'run', runId, path }));
      if (read) return { importances: read, from: `${basename(path)} of its run` };
    }
    return null;
  } finally {
    db.close();
  }
}

function candidates(db: Database, runId: string): string[] {
  const paths = db
    .prepare<[string], string>(
      `SELECT path FROM artifacts JOIN runs USING (run_seq) WHERE run_id = ? AND path LIKE '%feature_importance%.json'`,
    )
    .pluck()
    .all(runId);
  const rank = (path: string): number => {
    const at = KINDS.findIndex((kind) => path.endsWith(`_${kind}.json`));
    return at < 0 ? KINDS.length : at;
  };
  return paths.filter((path) => NAME.test(path)).toSorted((one, other) => rank(one) - rank(other));
}

/** Null for what is not there, or too large. */
function textAt(store: string, place: ModelPlace): string | null {
  try {
    const file = fileAt(store, place);
    return statSync(file).size > MAX_BYTES ? null : readFileSync(file, 'utf8');
  } catch {
    return null; // taken away meanwhile, or a link that leads elsewhere: nothing is known then
  }
}

const Importances = z.record(z.string(), z.number().min(0));

/** @param text a number for each feature, as JSON */
function importancesIn(text: string | null): Record<string, number> | null {
  if (text === null) return null;
  try {
    const read = Importances.safeParse(JSON.parse(text));
    return read.success ? shares(Object.entries(read.data)) : null;
  } catch {
    return null; // whatever it is, it is no JSON
  }
}

function ofFile(store: string, place: ModelPlace): FoundImportances | null {
  const name = basename(place.path);
  if (!/\.(lgb|txt)$/i.test(name)) return null;
  const importances = splitsOfLightGbm(textAt(store, place));
  return importances && { importances, from: `how often the trees of ${name} ask for each feature` };
}

/** LightGBM's own form has, behind its trees, how often each feature is split on: https://github.com/microsoft/LightGBM (`gbdt_model_text.cpp`). */
export function splitsOfLightGbm(text: string | null): Record<string, number> | null {
  const [, list = ''] = /^tree\r?\n[\s\S]*\nfeature_importances:\r?\n((?:.+=\d+\r?\n)+)/.exec(text ?? '') ?? [];
  const pairs = list
    .trim()
    .split(/\r?\n/)
    .map((line): [string, number] => {
      const at = line.lastIndexOf('=');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    });
  return list === '' ? null : shares(pairs);
}

/** Null where there is nothing to share. */
function shares(pairs: readonly (readonly [string, number])[]): Record<string, number> | null {
  const sum = pairs.reduce((all, [, value]) => all + value, 0);
  if (!(sum > 0) || !Number.isFinite(sum)) return null;
  const most = pairs.toSorted(([, one], [, other]) => other - one).slice(0, MAX_FEATURES);
  return Object.fromEntries(most.map(([name, value]) => [name, Number((value / sum).toPrecision(4))]));
}
