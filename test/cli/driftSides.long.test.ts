/** `loopwright drift` on what is more than a path: what a run has read, a version was trained with, an endpoint was asked. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { classifier, leaningClassifier } from '../endpoint/models';
import { completed, workplace, type Workplace } from './support';

const Drifted = z.object({
  ...{ drift: z.boolean(), notes: z.array(z.string()) },
  reference: z.object({ label: z.string() }),
  current: z.object({ label: z.string() }),
  rows: z.object({ reference: z.number(), current: z.number() }),
  left: z.array(z.object({ name: z.string(), in: z.string() })),
  features: z.array(
    z.object({
      ...{ name: z.string(), role: z.string(), drift: z.boolean(), importance: z.number().nullable() },
      notes: z.array(z.string()),
    }),
  ),
});

const TRAIN = `
import json, os, shutil, sys, loopwright
for name in sys.argv[1:]:
    open(name).read()
os.makedirs("model", exist_ok=True)
shutil.copy("model.onnx", "model/model.onnx")
shutil.copy("MLmodel", "model/MLmodel")
loopwright.artifact("model")
json.dump({"amount": 6.0, "age": 1.0, "visits": 3.0}, open("feature_importance_gain.json", "w"))
loopwright.artifact("feature_importance_gain.json")
`;
const MLMODEL = `flavors:
  onnx: { data: model.onnx }
signature:
  inputs: '[{"type": "float", "name": "amount"}, {"type": "float", "name": "age"}, {"type": "float", "name": "visits"}]'
  outputs: '[{"type": "long", "name": "fraud"}]'
`;

const JSON_TYPE = { 'Content-Type': 'application/json' };
const ROWS = 400;
const rowsOf = (amount: number) =>
  Array.from({ length: ROWS }, (_, row) => [(amount + (row % 40)) / 10, 20 + ((row * 13) % 50) / 3, (row * 7) % 31]);
/** @param amount of the least row. What is true of it is no matter of the model's input. */
const table = (amount: number): string =>
  `amount,age,visits,fraud,shop\n${rowsOf(amount)
    .map(
      ([one = 0, age = 0, visits = 0], row) =>
        `${String(one)},${String(age)},${String(visits)},${String(row % 3)},s${String(row % 5)}`,
    )
    .join('\n')}\n`;

let place: Workplace;
const at = (name: string): string => join(place.folder, name);
/** Compared, whatever the verdict is. */
async function compared(words: readonly string[]): Promise<z.infer<typeof Drifted>> {
  const called = await place.call(['drift', ...words, '--json']);
  if (called.code !== 0 && called.code !== 1) throw new Error(`${String(called.code)}: ${called.stderr}`);
  return Drifted.parse(JSON.parse(called.stdout));
}
const refused = async (words: readonly string[]): Promise<string> => {
  const called = await place.call(['drift', ...words]);
  expect(called.code).toBe(2);
  return called.stderr;
};
async function trained(...tables: string[]): Promise<string> {
  const { run_id: runId } = await place.json(z.object({ run_id: z.string() }), ['run', 'train.py', ...tables]);
  await completed(place, runId);
  return runId;
}

let runId = '';
beforeAll(async () => {
  place = workplace();
  process.env.LOOPWRIGHT_VERSION_WAIT_MS = '30000';
  place.write('train.py', TRAIN);
  place.write('MLmodel', MLMODEL);
  writeFileSync(at('model.onnx'), classifier());
  place.write('train.csv', table(40));
  place.write('test.csv', `${table(40)}5.5,30,7,1,s1\n`);
  place.write('may.csv', table(90));
  runId = await trained('train.csv');
  await place.call(['models', 'register', runId, 'model', 'fraud']);
  await place.call(['models', 'alias', 'fraud/1', 'champion']);
}, 200_000);
afterAll(() => place.dispose());

describe('the training data of a version', () => {
  it('is the reference, and what the model makes most of comes first', async () => {
    const found = await compared(['fraud@champion', 'may.csv']);
    expect(found).toMatchObject({
      drift: true,
      reference: { label: 'the training data of fraud v1' },
      current: { label: 'may.csv' },
    });
    expect(found.features.map(({ name, role, drift, importance }) => [name, role, drift, importance])).toEqual([
      ['amount', 'feature', true, 0.6],
      ['visits', 'feature', false, 0.3],
      ['age', 'feature', false, 0.1],
      ['fraud', 'label', false, null],
      ['shop', 'feature', false, null],
    ]);
    expect(found.features.find(({ name }) => name === 'shop')?.notes).toEqual(['The model does not take it.']);
    expect(found.notes).toContain(
      'How much fraud v1 makes of its features: by feature_importance_gain.json of its run.',
    );
  });

  it('is what it was, also where the file is another by now', async () => {
    const before = readFileSync(at('train.csv'), 'utf8');
    try {
      writeFileSync(at('train.csv'), table(90));
      const found = await compared(['fraud/1', 'may.csv']);
      expect(found.drift).toBe(true);
      expect(found.notes).toContainEqual(
        expect.stringMatching(/^train\.csv has changed since: what the store has kept/),
      );
      expect((await compared(['train.csv', 'may.csv'])).drift).toBe(false);
      rmSync(at('train.csv'));
      const gone = await compared(['fraud', 'may.csv']);
      expect(gone.notes).toContainEqual(expect.stringMatching(/^train\.csv is gone/));
      expect(gone.drift).toBe(true);
      rmSync(join(place.store, 'cache/files'), { recursive: true });
      expect(await refused(['fraud', 'may.csv'])).toMatch(
        /train\.csv, which .* has read, can't be compared: not there/,
      );
      writeFileSync(at('train.csv'), table(90));
      expect(await refused(['fraud', 'may.csv'])).toMatch(/train\.csv has changed since .* To compare it as it is now/);
    } finally {
      writeFileSync(at('train.csv'), before);
    }
  });
});

describe('what a run has read', () => {
  it('is one table, or one of several that is named', async () => {
    const other = await trained('test.csv', 'may.csv');
    expect(await refused([runId.slice(0, 12), other])).toMatch(
      new RegExp(`has read 2 tables: may\\.csv, test\\.csv\\. Say which one: ${other.slice(0, 12)}:may\\.csv`),
    );
    const found = await compared([runId.slice(0, 12), `${other}:may.csv`]);
    expect([found.reference.label, found.current.label]).toEqual([
      `train.csv of run ${runId.slice(0, 12)}`,
      `may.csv of run ${other.slice(0, 12)}`,
    ]);
    expect(found.drift).toBe(true);
    expect((await compared([`runs:/${runId}`, `runs:/${other}:test.csv`])).drift).toBe(false);
    expect(await refused([runId, `${other}:june.csv`])).toContain(
      'has read no table june.csv. It has read may.csv, test.csv',
    );
  });

  it('is found by its digest, whoever has read it', async () => {
    const Shown = z.object({ inputs: z.array(z.object({ path: z.string(), digest: z.string().nullable() })) });
    const { inputs } = await place.json(Shown, ['runs', 'show', runId]);
    const digest = inputs.find(({ path }) => path.endsWith('train.csv'))?.digest ?? '';
    expect((await compared([digest, 'may.csv'])).reference.label).toBe(`train.csv (${digest.slice(4, 12)})`);
    expect(await refused(['0123456789abcdef0123456789abcdef', 'may.csv'])).toContain('No run of this store');
  });
});

describe('what an endpoint was asked', () => {
  let url = '';
  const ask = async (rows: readonly (readonly number[])[], id: string): Promise<void> => {
    const body = JSON.stringify({ id, inputs: [{ name: 'x', shape: [rows.length, 3], datatype: 'FP32', data: rows }] });
    const answer = await fetch(`${url}/v2/models/fraud/infer`, { method: 'POST', headers: JSON_TYPE, body });
    expect([answer.status, await answer.text()]).toEqual([200, expect.anything()]);
  };

  beforeAll(async () => {
    ({ url } = await place.json(z.object({ url: z.string() }), ['serve', 'fraud@champion', '--detach']));
  }, 60_000);
  afterAll(() => place.call(['endpoints', 'stop', 'fraud']));

  it('says so where that is nothing yet', async () => {
    expect(await refused(['fraud@champion', 'endpoints:/fraud'])).toContain('The endpoint fraud was asked nothing yet');
  });

  it('is beside the training data by the names of the signature, to the single precision that it has', async () => {
    const rows = rowsOf(40);
    for (let from = 0; from < ROWS; from += 50) await ask(rows.slice(from, from + 50), `may-${String(from)}`);
    await fetch(`${url}/v2/models/fraud/infer`, { method: 'POST', headers: JSON_TYPE, body: '{"inputs": []}' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const found = await compared(['fraud@champion', 'fraud']);
    expect(found).toMatchObject({
      drift: false,
      current: { label: 'what fraud was asked' },
      rows: { reference: ROWS, current: ROWS },
    });
    expect(found.features.map(({ name }) => name).toSorted()).toEqual(['age', 'amount', 'visits']);
    expect(found.left.filter((one) => one.in === 'current').map(({ name }) => name)).toContain('label');
    expect(found.notes).toContainEqual(expect.stringMatching(/^8 requests from 20\d\d-.* UTC\.$/));
    expect(found.notes).toContain('One request was not answered, and left out.');
  });

  it('has what turned out to be true of it, however few of it', async () => {
    for (const from of [0, 50, 100]) {
      const label = Array.from({ length: 50 }, (_, row) => row % 3);
      const body = JSON.stringify({ id: `may-${String(from)}`, label });
      expect((await fetch(`${url}/feedback`, { method: 'POST', headers: JSON_TYPE, body })).status).toBe(200);
    }
    const found = await compared(['fraud@champion', 'fraud', '--label', 'fraud']);
    expect(found.drift).toBe(false);
    expect(found.features.find(({ name }) => name === 'fraud')).toMatchObject({ role: 'label', drift: false });
  });

  it('is compared with what it was asked before, from a time on', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const since = new Date().toISOString();
    await ask(rowsOf(90), 'june');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await refused(['fraud', 'fraud'])).toContain('--since 7d');
    const found = await compared(['fraud', 'fraud', '--since', since]);
    expect(found).toMatchObject({ drift: true, rows: { reference: ROWS, current: ROWS } });
    expect(found.features.find(({ name }) => name === 'label')?.role).toBe('prediction');
    expect(await refused(['train.csv', 'may.csv', '--since', '7d'])).toContain('name one');
    expect(await refused(['fraud@champion', 'fraud', '--since', 'May'])).toContain('--since takes an age such as 7d');
  });

  it('leaves out what a version answered whose columns are not known', async () => {
    writeFileSync(at('other.onnx'), leaningClassifier([0, 1, 0]));
    await place.call(['models', 'register', 'other.onnx', 'fraud']);
    await place.call(['endpoints', 'change', 'fraud', 'fraud/2', '--anyway']);
    await ask(rowsOf(40).slice(0, 10), 'other');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const found = await compared(['fraud@champion', 'fraud']);
    expect(found.notes).toContainEqual(expect.stringContaining('answered by fraud/2, whose columns are not known'));
    expect(found.rows.current).toBe(2 * ROWS);
  });
});

it.each([
  ['a path', 'none.csv', 'There is no file none.csv.'],
  ['what is none of all', 'nothing', 'There is no file, endpoint, run or model nothing here.'],
  ['an endpoint', 'endpoints:/none', 'There is no endpoint none in this store.'],
  ['a run', 'runs:/abcdef12', 'There is no run abcdef12 in this store.'],
  ['a version', 'fraud/99', 'no version 99'],
])('is refused where there is no such thing: %s', async (_, word, message) => {
  expect(await refused([word, 'may.csv'])).toContain(message);
});

it('says of a mistyped path first that it is none, where there is no store', async () => {
  const elsewhere = workplace();
  try {
    elsewhere.write('may.csv', table(90));
    const called = await elsewhere.call(['drift', 'trian', 'may.csv']);
    expect([called.code, called.stderr]).toEqual([2, expect.stringContaining('There is no file trian.')]);
  } finally {
    await elsewhere.dispose();
  }
});
