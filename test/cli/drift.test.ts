/** `loopwright drift`: exit codes and documents, as CI asks for them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { DriftSettings } from '../../src/protocol/drift';
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

it('is compared with another by the effects of its features', async () => {
  for (const table of ['april.csv', 'may.csv']) await place.call(['drift', 'march.csv', table, '-q']);
  const { runs } = await place.json(z.object({ runs: z.array(z.object({ run_id: z.string() })) }), ['runs', 'list']);
  const [moved = '', steady = ''] = runs.map(({ run_id: id }) => id);
  const { stdout } = await place.call(['runs', 'compare', steady, moved]);
  const [, before, now] = /drift_effect\/amount +(\S+) +(\S+)/.exec(stdout) ?? [];
  expect([Number(before), Number(now) > 4]).toEqual([0, true]);
  expect(stdout).toMatch(/drift_share +0 +0\.5/);
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

const Settled = z.object({
  ...{ drift: z.boolean(), settings: DriftSettings, from_file: z.array(z.string()), notes: z.array(z.string()) },
});

it('takes from loopwright.yaml what the options do not say', async () => {
  place.write(
    'loopwright.yaml',
    'version: 1\ndrift:\n  false_alarms: 0.01\n  whole: false\n  ignore: [visits]\n  tests:\n    amount: { psi: 90 }\n',
  );
  const calm = await place.call(['drift', 'march.csv', 'may.csv', '--json']);
  expect(calm.code).toBe(0);
  const found = Settled.parse(JSON.parse(calm.stdout));
  const fromFile = ['false_alarms', 'ignore', 'whole', 'tests.amount'];
  expect(found).toMatchObject({ drift: false, from_file: fromFile });
  expect(found.notes).toContain(`As loopwright.yaml says: ${fromFile.join(', ')}.`);
  expect(found.settings).toMatchObject({ false_alarms: 0.01, ignore: ['visits'], tests: { amount: { psi: 90 } } });
  const said = await place.call(['drift', 'march.csv', 'may.csv', '--test', 'amount=psi:0.2', '--json']);
  expect(said.code).toBe(1);
  expect(Settled.parse(JSON.parse(said.stdout)).from_file).toEqual(['false_alarms', 'ignore', 'whole']);
});

it('does nothing while loopwright.yaml has an error, and says where', async () => {
  place.write('loopwright.yaml', 'version: 1\ndrift:\n  false_alarm: 0.01\n');
  const { code, stderr } = await place.call(['drift', 'march.csv', 'may.csv']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining(
      'loopwright.yaml, line 3: There is no key false_alarm. Did you mean false_alarms?',
    ) as string,
  ]);
});
