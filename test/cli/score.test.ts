/** `loopwright score`: a job as a tracked run, of a file and of a registered version. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { classifier } from '../endpoint/models';
import { until } from '../engine/support';
import { workplace, type Workplace } from './support';

const Scored = z.object({
  run_id: z.string(),
  experiment: z.string(),
  name: z.string(),
  status: z.string(),
  exit_code: z.number(),
  score: z.object({ rows: z.number(), bad: z.number(), errors: z.string().nullable(), outputs: z.array(z.string()) }),
});
const Shown = z.object({
  params: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), z.object({ last: z.number() })),
  tags: z.record(z.string(), z.string()),
  inputs: z.array(z.object({ path: z.string(), digest: z.string().nullable() })),
  outputs: z.array(z.object({ path: z.string(), digest: z.string().nullable() })),
  artifacts: z.array(z.object({ path: z.string() })),
});

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';

let place: Workplace;
const at = (name: string): string => join(place.store, '..', name);

beforeAll(async () => {
  place = workplace();
  writeFileSync(at('model.onnx'), classifier());
  place.write('train.py', 'import loopwright\nloopwright.artifact("model.onnx")\n');
  place.write('may.csv', 'id,a,b,c\nx,1,0,0\ny,0,?,0\nz,0,0,3\n');
  await place.call(['run', '--capture', 'none', 'train.py']);
  await place.call(['models', 'register', 'latest', 'model.onnx', 'fraud']);
}, 120_000);
afterAll(() => place.dispose());

it('is a run with parameters, figures, and what it read and wrote', async () => {
  const words = ['score', 'fraud', 'may.csv', '-o', 'scored.csv', '--columns', 'a,b,c', '--with-version'];
  const scored = await place.json(Scored, words);
  expect(scored).toMatchObject({
    ...{ experiment: 'Scoring', name: 'fraud v1 on may.csv', status: 'FINISHED', exit_code: 0 },
    score: { rows: 3, bad: 1, errors: at('scored.csv.errors.jsonl') },
  });
  expect(
    readFileSync(at('scored.csv'), 'utf8')
      .split('\n')
      .map((line) => line.split(',').filter((_, place) => place < 2 || place > 4)),
  ).toEqual([['id', 'prediction', 'model_version'], ['x', '0', 'fraud/1'], ['z', '2', 'fraud/1'], ['']]);
  const shown = await until('the digests', async () => {
    const run = await place.json(Shown, ['runs', 'show', scored.run_id]);
    return [...run.inputs, ...run.outputs].every(({ digest }) => digest !== null) ? run : undefined;
  });
  expect(shown.params).toMatchObject({ model: 'fraud v1', input: at('may.csv'), columns: 'x: a, b, c', keep: 'id' });
  expect(shown.metrics).toMatchObject({ rows: { last: 3 }, bad_rows: { last: 1 } });
  expect(shown.tags).toMatchObject({ 'loopwright.score.model': 'fraud/1' });
  expect(shown.inputs.map(({ path }) => basename(path))).toEqual(['may.csv']);
  expect(shown.outputs.map(({ path }) => basename(path)).sort()).toEqual(['scored.csv', 'scored.csv.errors.jsonl']);
  expect(shown.artifacts.map(({ path }) => path)).toEqual(['score.json']);
});

it('says what it would do', async () => {
  const Outline = z.object({
    inputs: z.array(z.object({ input: z.string(), columns: z.array(z.string()) })),
    kept: z.array(z.string()),
  });
  const outline = await place.json(Outline, [
    'score',
    'model.onnx',
    'may.csv',
    '-o',
    'x.csv',
    '--columns',
    'c,b,a',
    '--dry-run',
  ]);
  expect(outline).toEqual({ inputs: [{ input: 'x', columns: ['c', 'b', 'a'] }], kept: ['id'] });
  const refused = await place.refusal(['score', 'model.onnx', 'may.csv', '-o', 'x.csv', '--dry-run']);
  expect(refused).toMatchObject({ exitCode: 2, message: expect.stringContaining('--columns') as string });
});

it('ends with 1 and the reason where it can not be done, and with 2 before anything is made for what makes no sense', async () => {
  const failed = await place.call(['score', 'model.onnx', 'none.csv', '-o', 'out.csv']);
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('There is no file') as string]);
  const shown = await place.call(['runs', 'show', 'latest']);
  expect(shown.stdout).toContain('There is no file');
  expect(existsSync(at('out.csv'))).toBe(false);
  for (const [words, why] of [
    [['model.onnx', 'may.csv', '-o', 'out.txt'], 'no format of an output'],
    [['model.onnx', 'may.csv', '-o', 'out.csv', '--max-errors', 'few'], '--max-errors takes'],
    [['model.onnx', 'may.csv', '-o', 'out.csv', '--resume', '--anew'], 'give one of them'],
    [['model.onnx', 'may.csv', '-o', 'out.csv', '--encoding', 'klingon'], 'is no encoding'],
    [['train.py', 'may.csv', '-o', 'out.csv'], 'is no model that is known'],
    [['model.onnx', 'may.csv'], '--output'],
  ] as const) {
    const refused = await place.refusal(['score', ...words]);
    expect([refused.exitCode, refused.message]).toEqual([2, expect.stringContaining(why) as string]);
  }
});

describe.skipIf(PYTHON === '')('a model of scikit-learn', () => {
  beforeAll(async () => {
    execFileSync(
      PYTHON,
      [
        '-c',
        'import joblib; from sklearn.tree import DecisionTreeClassifier as Tree; ' +
          'joblib.dump(Tree().fit([[0, 0, 0], [1, 1, 1]], ["low", "high"]), "tree.joblib")',
      ],
      { cwd: at('.') },
    );
    place.write('keep.py', 'import loopwright\nloopwright.artifact("tree.joblib")\n');
    await place.call(['run', '--capture', 'none', '--python', PYTHON, 'keep.py']);
    await place.call(['models', 'register', 'latest', 'tree.joblib', 'tree']);
    place.write('numbers.csv', 'id,a,b,c\nx,1,1,1\ny,0,0,0\n');
  }, 120_000);

  it.each([
    ['its file', ['tree.joblib', 'numbers.csv', '-o', 'file.csv', '--python', PYTHON]],
    ['a version, in the Python of its run', ['tree', 'numbers.csv', '-o', 'version.csv']],
  ])('is scored with by %s', async (_, words) => {
    const scored = await place.call(['score', ...words, '--columns', 'a,b,c']);
    expect([scored.code, scored.stderr]).toEqual([
      0,
      expect.stringContaining(`is loaded with ${PYTHON}: that executes what its file says.`) as string,
    ]);
    expect(readFileSync(at(words[3] ?? ''), 'utf8').split('\n')).toEqual([
      'id,prediction,probability_high,probability_low',
      'x,high,1.0,0.0',
      'y,low,0.0,1.0',
      '',
    ]);
  });

  it('is not loaded where that would call what can do harm', async () => {
    writeFileSync(at('evil.pkl'), "cos\nsystem\n(S'touch evil'\ntR.");
    const refused = await place.refusal(['score', 'evil.pkl', 'numbers.csv', '-o', 'evil.csv', '--python', PYTHON]);
    expect(refused).toMatchObject({ exitCode: 2, message: expect.stringContaining('--load-anyway') as string });
    expect(existsSync(at('evil'))).toBe(false);
  });
});
