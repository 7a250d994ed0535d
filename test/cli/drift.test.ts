/** `loopwright drift`: exit codes and documents, as CI asks for them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { workplace, type Workplace } from './support';

const Test = z.object({
  name: z.string(),
  statistic: z.number(),
  threshold: z.number().nullable(),
  drift: z.boolean(),
});
const Drifted = z.object({
  ...{ run_id: z.string(), experiment: z.literal('Drift'), status: z.literal('FINISHED') },
  ...{ drift: z.boolean(), share: z.number(), rows: z.object({ reference: z.number(), current: z.number() }) },
  features: z.array(z.object({ name: z.string(), type: z.string(), drift: z.boolean(), tests: z.array(Test) })),
});

let place: Workplace;
const at = (name: string): string => join(place.store, '..', name);

/** @param middle of the amounts */
const table = (middle: number): string =>
  `amount,visits\n${Array.from({ length: 400 }, (_, row) => `${String(middle + (row % 40))},${String((row * 7) % 31)}`).join('\n')}\n`;

beforeAll(() => {
  place = workplace();
  place.write('march.csv', table(40));
  place.write('april.csv', table(40));
  place.write('may.csv', table(90));
});
afterAll(() => place.dispose());

it('ends with 0 where nothing has moved, and with 1 where something has', async () => {
  const steady = await place.call(['drift', 'march.csv', 'april.csv', '-q']);
  expect([steady.code, steady.stdout]).toEqual([0, expect.stringContaining('None of 2 features moved.') as string]);
  const moved = await place.call(['drift', 'march.csv', 'may.csv', '-o', 'moved.html', '--json']);
  expect(moved.code).toBe(1);
  const found = Drifted.parse(JSON.parse(moved.stdout));
  expect(found).toMatchObject({ drift: true, share: 0.5, rows: { reference: 400, current: 400 } });
  expect(found.features.map(({ name, drift }) => [name, drift])).toEqual([
    ['amount', true],
    ['visits', false],
  ]);
  expect(readFileSync(at('moved.html'), 'utf8')).toContain('1 of 2 features moved');
});

it.each([
  ['a table that is not there', ['march.csv', 'none.csv']],
  ['a test that there is not', ['march.csv', 'may.csv', '--test', 'amount=luck']],
  ['a threshold that is no number', ['march.csv', 'may.csv', '--test', 'amount=psi:much']],
  ['false alarms that are no share', ['march.csv', 'may.csv', '--false-alarms', '7']],
  ['an output of no kind', ['march.csv', 'may.csv', '-o', 'out.pdf']],
])('ends with 2 for %s', async (_, words) => {
  expect((await place.call(['drift', ...words])).code).toBe(2);
  expect(existsSync(at('out.pdf'))).toBe(false);
});
