/** Looks a log of requests through after a soak: whether all is there that was answered, with what was asked and told, and its labels. */
import { requestLogFolder, requestsIn } from '../../../src/protocol/node/requestLog';
import { segmentsIn } from '../../../src/protocol/node/requestLog/segments';
import { Violation } from '../place';
import { hasLabel, MODEL, partsOf, rightOf, rowsOf } from './asked';
import type { ConnectionReport } from './report';

/** How long before its request a label may have been written: its segment may have gone without that of its request. */
const LABEL_AHEAD_MS = 5000;

export interface Counted {
  /** As the endpoint says. */
  readonly logged: number;
  readonly dropped: number;
}

export interface Found {
  readonly kept: number;
  readonly removed: number;
  readonly labelled: number;
}

/** @throws Violation for what is not there, there twice, out of order, or otherwise than it was */
export async function lookThrough(
  store: string,
  connections: readonly ConnectionReport[],
  { logged, dropped }: Counted,
): Promise<Found> {
  const folder = requestLogFolder(store, MODEL);
  const areSomeRemoved = (segmentsIn(folder)[0]?.number ?? 0) > 1;
  const next = new Map<string, number>();
  let kept = 0;
  let labelled = 0;
  let missing = 0;
  let oldestMs = Infinity;
  for await (const one of requestsIn(folder)) {
    kept++;
    const { connection = '', number = 0 } = partsOf(one.id) ?? {};
    const expected = next.get(connection);
    if (number < (expected ?? 0)) throw new Violation(`${one.id} is in the log twice, or behind a later one`);
    // What stood before the first of a connection went with its segment, or it is missing.
    if (expected !== undefined || !areSomeRemoved) missing += number - (expected ?? 0);
    next.set(connection, number + 1);
    const rows = rowsOf(connection, number);
    const isSame =
      one.status === 200 &&
      equal(one.inputs[0]?.values, rows.flat()) &&
      equal(
        one.outputs[0]?.values?.map(Number),
        rows.map((row) => rightOf(row).label),
      );
    if (!isSame) throw new Violation(`${one.id} is in the log otherwise than it was: ${shown(one)}`);
    oldestMs = Math.min(oldestMs, one.timeMs);
    if (!hasLabel(number)) continue;
    if (one.label === null && areSomeRemoved && one.timeMs - oldestMs < LABEL_AHEAD_MS) continue;
    if (one.label?.label !== number) throw new Violation(`the label of ${one.id} is ${shown(one.label)}`);
    labelled++;
  }
  // One of which nothing is in the log may have had all of it removed.
  for (const { connection, answered } of connections) {
    const expected = next.get(connection) ?? (areSomeRemoved ? answered : 0);
    if (expected > answered) throw new Violation(`of ${connection} there are more than were answered`);
    missing += answered - expected;
  }
  const removed = logged - kept;
  if (missing > dropped)
    throw new Violation(`${String(missing)} are not in the log, where ${String(dropped)} were left out`);
  if (removed < 0 || (removed > 0 && !areSomeRemoved))
    throw new Violation(`${String(kept)} are in the log, where ${String(logged)} were written`);
  return { kept, removed, labelled };
}

/** What the log has on the disk, in MB. */
export const sizeOfLog = (store: string): number =>
  segmentsIn(requestLogFolder(store, MODEL)).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1024 / 1024;

const equal = (told: readonly unknown[] | null | undefined, right: readonly number[]): boolean =>
  told?.length === right.length && right.every((one, at) => told[at] === one);

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one)).slice(0, 500);
