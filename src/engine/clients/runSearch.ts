/** Which runs a client looks for, in the order that it asks for, a page of them at a time. */
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import { type Condition, parseMlflowFilter, parseMlflowOrder, type Place, runsInOrder, sql } from '../tracking';
import type { View } from './reads';
import { invalid } from './refusal';

export interface RunSearch {
  readonly experimentIds: readonly string[];
  readonly filter: string;
  readonly view: View;
  readonly orderBy: readonly string[];
  readonly limit: number;
  /** Of the page before; empty for the first. */
  readonly token: string;
}

const IN_VIEW: Readonly<Record<View, string>> = {
  ACTIVE_ONLY: 'r.deleted_ms IS NULL',
  DELETED_ONLY: 'r.deleted_ms > 0',
  ALL: 'r.deleted_ms IS NOT 0',
};

const PlaceForm = z.array(z.union([z.string(), z.number()]));

/** @throws LoopwrightError `bad_request` for a filter or an order that is not understood, Refusal for a wrong token */
export function searchRuns(db: Database, search: RunSearch): { seqs: number[]; token: string | null } {
  const conditions: Condition[] = [
    sql(IN_VIEW[search.view]),
    inExperiments(search.experimentIds),
    ...parseMlflowFilter(search.filter),
  ];
  const found = runsInOrder(
    db,
    { conditions, isOfTree: false },
    {
      orderBy: parseMlflowOrder(search.orderBy),
      stacked: false,
      limit: search.limit + 1,
      after: search.token === '' ? null : placeOf(search.token),
    },
  );
  const page = found.slice(0, search.limit);
  const last = page.at(-1);
  return {
    seqs: page.map(({ seq }) => seq),
    token: found.length > page.length && last ? tokenOf(last.place) : null,
  };
}

/** Of few experiments the index by experiment knows the runs. */
function inExperiments(experimentIds: readonly string[]): Condition {
  const ids = experimentIds.map(Number).filter(Number.isSafeInteger);
  if (ids.length === 1 && ids[0] !== undefined)
    return {
      ...sql('+r.experiment_id = ?', ids[0]),
      found: sql('SELECT run_seq FROM runs WHERE experiment_id = ?', ids[0]),
    };
  return sql('+r.experiment_id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
}

const tokenOf = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64');

function placeOf(token: string): Place {
  try {
    return PlaceForm.parse(JSON.parse(Buffer.from(token, 'base64').toString('utf8')));
  } catch {
    throw invalid(`Invalid page token ${JSON.stringify(token.slice(0, 100))}. Ask for the first page again.`);
  }
}
