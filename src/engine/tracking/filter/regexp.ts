/**
 * Regular expressions in SQL. JavaScript's may take longer than the universe has been there (`(a+)+$`): what looks at
 * runs by one has a time within which it is through, or is broken off.
 */
import vm from 'node:vm';
import type { Database } from 'better-sqlite3';
import { LoopwrightError } from '../../../protocol/errors';
import { patternOf } from '../../../protocol/filter';

const LONGEST_MS = 2000;
/** More than most filters have. */
const KEPT_PATTERNS = 20;

/** `text REGEXP pattern`, for statements of ours; what a store from a stranger brings along can't call it. */
export function defineRegexp(db: Database): void {
  const patterns = new Map<string, RegExp>();
  db.function('regexp', { deterministic: true, directOnly: true }, (pattern: unknown, text: unknown) => {
    if (typeof pattern !== 'string' || typeof text !== 'string') return null;
    let compiled = patterns.get(pattern);
    if (!compiled) {
      if (patterns.size >= KEPT_PATTERNS) patterns.clear();
      compiled = patternOf(pattern);
      patterns.set(pattern, compiled);
    }
    return compiled.test(text) ? 1 : 0;
  });
}

/**
 * V8 breaks off a regular expression in the middle only for a script of `vm` that has a time limit: so the whole of the
 * work runs within one. What it has begun in the database is rolled back.
 *
 * @throws LoopwrightError `bad_request` when the time is over
 */
export function withinTime<T>(db: Database, work: () => T, longestMs = LONGEST_MS): T {
  let result: { readonly value: T } | null = null;
  const context = vm.createContext({
    work: () => {
      result = { value: work() };
    },
  });
  try {
    CALL.runInContext(context, { timeout: longestMs });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    if (db.inTransaction) db.exec('ROLLBACK');
    throw new LoopwrightError(
      'bad_request',
      `The regular expression of the filter takes more than ${String(longestMs / 1000)} s. Use a simpler one, or narrow the runs down by other comparisons.`,
      { cause: error },
    );
  }
  return (result as unknown as { readonly value: T }).value;
}

const CALL = new vm.Script('work()');

/** Made in the other context: no instance of this one's Error. */
const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
