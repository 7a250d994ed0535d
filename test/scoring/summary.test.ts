/** What is told of an output beside its rows: the first of them, and how predictions are distributed. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ScoreOrder, ScoreResult } from '../../src/protocol/score';
import { begin, orderFor, table, useFolder } from './jobs';

const { at, put } = useFolder();
const CLASSIFIER = at('classifier.onnx');

const summaryOf = async (order: ScoreOrder) => (await resultOf(order)).summary;

async function resultOf(order: ScoreOrder): Promise<ScoreResult> {
  const runFolder = at(`run-${order.format}-${String(Math.random())}`);
  mkdirSync(join(runFolder, 'journals'), { recursive: true });
  const { code, said } = await begin(order, 'new', runFolder).ended;
  expect([code, said]).toEqual([0, said]);
  return ScoreResult.parse(JSON.parse(readFileSync(join(runFolder, 'artifacts/score.json'), 'utf8')));
}

describe.each(['csv', 'jsonl', 'parquet'] as const)('of %s', (format) => {
  it('are shown the first rows, and shares of rows from all over it beside those of the training data', async () => {
    const input = put('some.csv', table(40_000));
    // Its classes are equally frequent in the one, and one of them is the only one in the other.
    const training = put('training.csv', `b,a,c\n${'9,0,0\n'.repeat(300)}`);
    const order = orderFor(CLASSIFIER, input, at(`some.scored.${format}`), {
      columns: ['a', 'b', 'c'],
      training,
      chunkRows: 3000,
    });
    const summary = await summaryOf(order);
    expect(summary).toMatchObject({ training: { path: training, rows: 300 }, trainingProblem: null });
    expect(summary?.preview.columns).toEqual([
      'id',
      'prediction',
      'probability_10',
      'probability_20',
      'probability_30',
    ]);
    expect(summary?.preview.rows).toHaveLength(20);
    expect(summary?.preview.rows[1]?.slice(0, 2)).toEqual(['r1', '1']);
    expect(summary?.sampled).toBeGreaterThan(5000);
    const [first, second] = summary?.distributions ?? [];
    expect(first).toMatchObject({
      ...{ kind: 'classes', column: 'prediction', others: null },
      values: [
        { value: '1', training: 1 },
        { value: '0', training: 0 },
        { value: '2', training: 0 },
      ],
    });
    for (const { scored } of first?.kind === 'classes' ? first.values : []) expect(scored).toBeCloseTo(1 / 3, 2);
    expect(second).toMatchObject({ kind: 'numbers', column: 'probability_10' });
  });
});

it('says why there is nothing of the training data', async () => {
  const input = put('few.csv', table(10));
  const order = orderFor(CLASSIFIER, input, at('few.scored.csv'), {
    columns: ['a', 'b', 'c'],
    training: put('odd.csv', 'x,y\n1,2\n'),
  });
  expect(await summaryOf(order)).toMatchObject({
    training: null,
    trainingProblem: expect.stringContaining('There is no column "a", "b", "c"') as string,
    sampled: 10,
  });
  const gone = { ...order, training: at('gone.csv'), output: at('gone.scored.csv') };
  expect(await summaryOf(gone)).toMatchObject({
    trainingProblem: expect.stringContaining('not there any more') as string,
  });
});

it('is nothing of no rows', async () => {
  const order = orderFor(CLASSIFIER, put('none.csv', 'id,a,b,c\n'), at('none.scored.parquet'), {
    columns: ['a', 'b', 'c'],
  });
  expect(await summaryOf(order)).toMatchObject({ sampled: 0, distributions: [], preview: { rows: [] } });
});

describe('beside what another model said', () => {
  const compared = async (format: 'csv' | 'jsonl' | 'parquet', other: string, wishes: Partial<ScoreOrder> = {}) => {
    const input = put(`two.${other}.csv`, table(9000));
    const first = orderFor(CLASSIFIER, input, at(`${String(Math.random())}.${other}`), {
      columns: ['a', 'b', 'c'],
      chunkRows: 4000,
    });
    expect(await begin(first).ended).toMatchObject({ code: 0 });
    // The same one, told otherwise what it is given.
    const order = {
      ...first,
      columns: ['b', 'a', 'c'],
      output: at(`${String(Math.random())}.${format}`),
      format,
      ...wishes,
    };
    return resultOf({ ...order, against: { output: first.output, label: 'first' } });
  };

  it.each([
    ['csv', 'parquet'],
    ['parquet', 'jsonl'],
    ['jsonl', 'csv'],
  ] as const)('are told the rows that differ, of %s with %s', async (format, other) => {
    const { comparison } = await compared(format, other);
    expect(comparison).toMatchObject({ with: { label: 'first' }, rows: 9000, problem: null });
    const [prediction, ten, , thirty] = comparison?.columns ?? [];
    expect(prediction).toEqual({
      ...{ kind: 'classes', column: 'prediction', differ: 2 / 3 },
      changes: [
        { from: '0', to: '1', rows: 3000 },
        { from: '1', to: '0', rows: 3000 },
      ],
    });
    expect(ten).toMatchObject({ kind: 'numbers', column: 'probability_10', differ: 2 / 3 });
    expect(ten?.kind === 'numbers' && ten.largest > ten.mean && ten.mean > 0).toBe(true);
    expect(thirty).toMatchObject({
      kind: 'numbers',
      column: 'probability_30',
      differ: 0,
      largest: expect.closeTo(0) as number,
    });
  });

  it('is said why there is nothing to compare', async () => {
    const shorter = put('shorter.csv', `${table(100)}x,y,0,0\n`);
    const { comparison } = await compared('csv', 'csv', { input: shorter, errors: null });
    expect(comparison).toMatchObject({
      rows: null,
      columns: [],
      problem: expect.stringContaining('100 and 9000 rows') as string,
    });
    const order = orderFor(CLASSIFIER, shorter, at('gone.again.csv'), { columns: ['a', 'b', 'c'], errors: null });
    const gone = await resultOf({ ...order, against: { output: at('gone.csv'), label: 'gone' } });
    expect(gone.comparison?.problem).toContain('is not there any more');
  });
});
