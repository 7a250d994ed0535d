/** Models that are not ONNX: scored in processes of the Python that has made them. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ScoreOrder } from '../../src/protocol/score';
import { repository } from '../engine/support';
import { badIn, begin, digest, isBegun, linesOf, orderFor, run, sql, useFolder } from './jobs';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';
const { folder, at, put } = useFolder();

/** A pipeline of texts and numbers, one of a matrix without names, one that refuses some rows, and what they say of the table. */
const MAKE = `
import json, sys
import numpy, pandas, joblib
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
random = numpy.random.default_rng(3)
rows = 30_000
table = pandas.DataFrame({
    "id": ["r%d" % row for row in range(rows)],
    "amount": random.normal(size=rows).round(4),
    "visits": random.integers(0, 50, rows),
    "country": random.choice(["de", "fr", "it", ""], rows),
})
table.loc[::97, "amount"] = numpy.nan
table.to_csv("table.csv", index=False)
table = pandas.read_csv("table.csv")
fed = table[["country", "amount", "visits"]]
says = numpy.where(table["visits"] > 25, "often", "rarely")
pipeline = make_pipeline(
    make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), ["country"]),
        (SimpleImputer(), ["amount", "visits"]),
    ),
    LogisticRegression(),
).fit(fed, says)
joblib.dump(pipeline, "pipeline.joblib")
matrix = LinearRegression().fit(table[["visits", "amount"]].fillna(0).to_numpy(), table["visits"])
joblib.dump(matrix, "matrix.joblib")
json.dump({
    "labels": pipeline.predict(fed).tolist(),
    "often": pipeline.predict_proba(fed)[:, 0].tolist(),
    "matrix": matrix.predict(table[["visits", "amount"]].fillna(0).to_numpy()).tolist(),
}, open("expected.json", "w"))
`;

interface Expected {
  readonly labels: readonly string[];
  readonly often: readonly number[];
  readonly matrix: readonly number[];
}

const pythonOrder = (model: string, input: string, output: string, wishes: Partial<ScoreOrder> = {}): ScoreOrder => {
  const order = orderFor(at(model), input, at(output), { threads: 2, chunkRows: 7000, ...wishes });
  const python = { exe: PYTHON, program: join(repository, 'python/score'), search: [folder] };
  return { ...order, model: { ...order.model, python } };
};

let expected: Expected;
let input: string;

describe.skipIf(PYTHON === '')('a model of scikit-learn', () => {
  beforeAll(() => {
    execFileSync(PYTHON, ['-W', 'ignore', '-c', MAKE], { cwd: folder });
    expected = JSON.parse(readFileSync(at('expected.json'), 'utf8')) as Expected;
    input = at('table.csv');
  }, 120_000);

  it('says what it says in Python, with the probability of each class', async () => {
    const order = pythonOrder('pipeline.joblib', input, 'pipeline.csv', { keep: ['id'] });
    expect(await run(order)).toMatchObject({ code: 0 });
    const [head, ...rows] = linesOf(order.output).map((line) => line.split(','));
    expect(head).toEqual(['id', 'prediction', 'probability_often', 'probability_rarely']);
    expect(rows.map(([id]) => id)).toEqual(expected.labels.map((_, row) => `r${String(row)}`));
    expect(rows.map(([, label]) => label)).toEqual(expected.labels);
    for (const [row, value] of expected.often.entries()) expect(Number(rows[row]?.[2])).toBeCloseTo(value, 9);
  });

  it('is given the rows of a matrix by their places where it has no names', async () => {
    const order = pythonOrder('matrix.joblib', input, 'matrix.jsonl', { columns: ['visits', 'amount'], keep: [] });
    expect(await run(order)).toMatchObject({ code: 0 });
    // It refuses what is no number: each of those rows is told of.
    const bad = badIn(order);
    expect(bad).toHaveLength(Math.ceil(30_000 / 97));
    expect(bad[1]).toMatchObject({ row: 98, line: 99, column: null, reason: expect.stringContaining('NaN') as string });
    const said = linesOf(order.output).map((line) => (JSON.parse(line) as { prediction: number }).prediction);
    const wanted = expected.matrix.filter((_, row) => row % 97 !== 0);
    expect(said).toHaveLength(wanted.length);
    for (const [row, value] of wanted.entries()) expect(said[row]).toBeCloseTo(value, 6);
  });

  it('leaves the same bytes whatever number of processes it has, and however often it is killed', async () => {
    const alone = pythonOrder('pipeline.joblib', input, 'alone.parquet', {
      threads: 1,
      chunkRows: 3000,
      batchRows: 500,
    });
    expect(await run(alone)).toMatchObject({ code: 0 });
    const order = { ...alone, threads: 3, output: at('killed.parquet') };
    for (let attempt = 0; ; attempt++) {
      const { child, ended } = begin(order, isBegun(order) ? 'resume' : 'new');
      const timer = attempt > 3 ? null : setTimeout(() => child.kill('SIGKILL'), 1500 + attempt * 300);
      const { code } = await ended;
      if (timer) clearTimeout(timer);
      if (code === 0) break;
      expect(code).toBeNull();
    }
    expect(digest(order.output)).toBe(digest(alone.output));
  });

  it('that can not be loaded is told of by name, and so is what its environment lacks', async () => {
    put('broken.joblib', 'nothing');
    const broken = pythonOrder('broken.joblib', input, 'broken.csv');
    expect(await run(broken)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/broken\.joblib: It can't be loaded here/) as string,
    });
    const lost = { ...broken, model: { ...broken.model, python: { exe: at('no-python'), program: '', search: [] } } };
    expect(await run(lost)).toMatchObject({ code: 1, said: expect.stringContaining('could not be started') as string });
    expect(isBegun(broken)).toBe(false);
  });

  it('that refuses some rows answers the others, of Parquet as of text', async () => {
    writeFileSync(
      at('picks.py'),
      'class Picks:\n    def predict(self, rows):\n        if (rows["visits"] == 49).any(): raise ValueError("49 is too many")\n        return rows["visits"] * 2\n    feature_names_in_ = ["visits"]\n',
    );
    execFileSync(PYTHON, ['-c', 'import picks, joblib; joblib.dump(picks.Picks(), "picks.joblib")'], { cwd: folder });
    await sql(`COPY (FROM read_csv('${input}') LIMIT 5000) TO '${at('few.csv')}'`);
    await sql(`COPY (FROM read_csv('${input}') LIMIT 5000) TO '${at('few.parquet')}'`);
    const wishes = { keep: ['id'], errors: null, chunkRows: 2000 };
    const [text, parquet] = [
      pythonOrder('picks.joblib', at('few.csv'), 'picks.of-text.csv', wishes),
      pythonOrder('picks.joblib', at('few.parquet'), 'picks.of-parquet.csv', wishes),
    ];
    for (const order of [text, parquet]) expect((await run(order)).code).toBe(0);
    expect(readFileSync(parquet.output, 'utf8')).toBe(readFileSync(text.output, 'utf8'));
    expect(badIn(parquet).map(({ row, reason }) => [row, reason])).toEqual(
      badIn(text).map(({ row, reason }) => [row, reason]),
    );
    expect(badIn(parquet).length + linesOf(parquet.output).length - 1).toBe(5000);
    expect(badIn(parquet)[0]?.reason).toContain('49 is too many');
  });

  it('whose code ends its process is told of after a second try', async () => {
    writeFileSync(
      at('ends.py'),
      'import os, joblib\nclass Ends:\n    def predict(self, rows):\n        if (rows["visits"] == 49).any() and len(rows) > 50: os._exit(7)\n        return [0] * len(rows)\n    feature_names_in_ = ["visits"]\n',
    );
    execFileSync(PYTHON, ['-c', 'import ends, joblib; joblib.dump(ends.Ends(), "ends.joblib")'], { cwd: folder });
    const order = pythonOrder('ends.joblib', input, 'ends.csv');
    expect(await run(order)).toMatchObject({
      code: 1,
      said: expect.stringContaining('ends.joblib ended its process (code 7)') as string,
    });
  });
});
