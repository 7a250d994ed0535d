/** `loopwright models compare … --table`: real models, run on a real table. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { GraphDiff } from '../../src/protocol/graphDiff';
import { leaningClassifier } from '../endpoint/models';
import { workplace, type Workplace } from './support';

const Document = z.object({
  graph: GraphDiff,
  predictions: z.object({
    table: z.object({ name: z.string(), rows: z.number(), total: z.number(), truncated: z.null() }),
    basis: z.literal('class'),
    agree: z.number(),
    share: z.number(),
    tolerance: z.number(),
    sides: z.array(z.object({ matched: z.string(), left_out: z.object({ total: z.number() }) })),
    outputs: z.array(z.object({ names: z.array(z.string()), largest_difference: z.number().nullable() })),
    differing: z.number(),
    rows: z.array(z.object({ row: z.number(), inputs: z.array(z.string()) })),
  }),
});

let place: Workplace;
beforeAll(async () => {
  place = workplace({ capture: false });
  process.env.LOOPWRIGHT_VERSION_WAIT_MS = '30000';
  place.write('train.py', 'pass');
  await place.call(['run', 'train.py']);
  for (const bias of [null, [0, 2, 0]]) {
    writeFileSync(place.write('model.onnx', ''), leaningClassifier(bias));
    await place.call(['models', 'register', 'model.onnx', 'fraud']);
  }
  place.write('rows.csv', 'a,b,c\n1,0,0\n9,0,0\n');
}, 60_000);
afterAll(() => place.dispose());

it('tells on which rows both say the same, for people and for programs', async () => {
  const { code, stdout } = await place.call(['models', 'compare', 'fraud/1', 'fraud/2', '--table', 'rows.csv']);
  expect(code).toBe(0);
  expect(stdout).toContain('The same class on 1 of 2 rows (50 %) of rows.csv.');
  expect(stdout).toMatch(/label\s+50 %/);
  expect(stdout).toMatch(/\n1 +0 +1 +\[.*\n2 +0 +0 +\[/);
  const { predictions, graph } = await place.json(Document, [
    ...['models', 'compare', 'fraud/1', 'fraud/2', '--json'],
    ...['--table', 'rows.csv', '--tolerance', '0.9'],
  ]);
  expect(stdout).toContain('1 node is the same, 2 are changed, 1 is only in fraud/2.');
  expect(stdout).toMatch(/\nSoftmax +p +p +takes other values/);
  expect(graph.counts).toEqual({ same: 1, weights: 0, changed: 2, left: 0, right: 1 });
  expect(predictions).toMatchObject({ agree: 1, share: 0.5, tolerance: 0.9, differing: 1 });
  expect(predictions.rows).toEqual([expect.objectContaining({ row: 1, inputs: ['1', '0', '0'] })]);
});

it('refuses what is no table or no tolerance', async () => {
  const refused = (...more: string[]) => place.refusal(['models', 'compare', 'fraud/1', 'fraud/2', ...more]);
  expect((await refused('--table', 'none.csv')).message).toContain('There is no file');
  expect((await refused('--table', 'rows.csv', '--tolerance', 'much')).message).toContain('--tolerance takes a number');
});
