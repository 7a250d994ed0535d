/** `POST /feedback`: what turned out to be true of requests that were answered. */
import * as z from 'zod';
import { parseJson } from '../inference/json';
import { Refused } from '../inference/refused';
import type { Label } from '../protocol/node/requestLog/form';
import { type Answer, type Asked, json, type Served, type Told } from './dialect';
import { list, object, oneOf, TEXT } from './schema';

const MAX_LABELS = 1000;
/** Of one label, as JSON. */
const MAX_LABEL = 64 * 1024;
const MAX_DEPTH = 100;

const Given = z.strictObject({
  id: z.string().min(1).max(128),
  // Whatever JSON has: looking into it goes as deep as it does, and how deep is asked first.
  label: z.unknown().optional(),
  metrics: z.record(z.string().max(200), z.number()).optional(),
  comment: z.string().max(10_000).optional(),
});
const Body = z.union([Given, z.array(Given).min(1).max(MAX_LABELS)]);

const ONE = {
  ...object({ id: TEXT, label: {}, metrics: { type: 'object' }, comment: TEXT }, ['id']),
  additionalProperties: false,
};
export const FEEDBACK: Told = {
  summary: 'What turned out to be true of a request: its label, metrics, a comment',
  asks: () => oneOf(ONE, list(ONE)),
  gives: () => object({ kept: { type: 'integer' }, unknown: list(TEXT), message: TEXT }, ['kept', 'unknown']),
};

export async function feedback(asked: Asked, served: Served): Promise<Answer> {
  const read = Body.safeParse(parseJson(asked.body.toString(), { exactIntegers: false }));
  if (!read.success)
    throw new Refused(
      'A label is {"id": …, "label": …}, where id is that of the request (X-Request-Id), beside it "metrics" ' +
        `(numbers by name) and "comment"; or a list of up to ${String(MAX_LABELS)} of these.`,
    );
  const given = [read.data].flat();
  for (const one of given) {
    if (one.label === undefined && one.metrics === undefined && one.comment === undefined)
      throw new Refused(`Of ${one.id} nothing is said: neither "label" nor "metrics" nor "comment".`);
    if (isDeeper(one.label, MAX_DEPTH))
      throw new Refused(`The label of ${one.id} is nested more than ${String(MAX_DEPTH)} deep.`);
    if (JSON.stringify(one).length > MAX_LABEL)
      throw new Refused(`The label of ${one.id} has more than ${String(MAX_LABEL)} characters.`);
  }
  const timeMs = Date.now();
  const unknown = await served.label(given.map((one): Label => ({ ...one, timeMs })));
  return json({
    kept: given.length,
    unknown,
    ...(unknown.length > 0
      ? {
          message:
            'No request of these ids is remembered since this endpoint was started. Their labels are kept all the same.',
        }
      : {}),
  });
}

/** A level at a time: a call for each would need as many as it is deep. */
function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((one): unknown[] => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
