/** Models of MLflow, LightGBM and XGBoost, scored in their Python: what they say there of the same table. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { repository } from '../engine/support';
import { linesOf, orderFor, run as score } from '../scoring/jobs';
import { here, run } from './servingModels';

const folder = mkdtempSync(join(tmpdir(), 'lw-pyfunc-'));
let python = '';

const MAKE = `
import json, os, sys
os.environ["MLFLOW_TRACKING_URI"] = "file:" + os.getcwd() + "/mlruns"
import lightgbm, mlflow, mlflow.pyfunc, mlflow.sklearn, numpy, pandas, xgboost
from mlflow.models import infer_signature
from sklearn.ensemble import RandomForestClassifier
random = numpy.random.default_rng(2)
table = pandas.DataFrame({"a": random.normal(size=5000), "n": random.integers(0, 9, 5000), "word": random.choice(["x", "yy"], 5000)})
table.to_csv("table.csv", index=False)
table = pandas.read_csv("table.csv")
says = (table["a"] * table["n"] > 1).astype(int)
numbers = table[["n", "a"]]
forest = RandomForestClassifier(10, random_state=0).fit(numbers, says)
mlflow.sklearn.save_model(forest, "forest", serialization_format="pickle", signature=infer_signature(numbers, forest.predict(numbers)))

class Words(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        length = model_input["word"].str.len()
        return pandas.DataFrame({"length": length, "text": model_input["word"] + "!", "sum": model_input["a"] + model_input["n"]})

inputs = table[["word", "a", "n"]]
mlflow.pyfunc.save_model("words", python_model=Words(), signature=infer_signature(inputs, Words().predict(None, inputs)))
boosted = lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1}, lightgbm.Dataset(numbers, says), 20)
boosted.save_model("boosted.txt")
extreme = xgboost.XGBClassifier(n_estimators=20, nthread=1).fit(numbers, says)
extreme.get_booster().save_model("extreme.json")
json.dump({
    "forest": [forest.predict(numbers).tolist(), forest.predict_proba(numbers)[:, 1].tolist()],
    "words": [[len(word) for word in table["word"]], (table["word"] + "!").tolist(), (table["a"] + table["n"]).tolist()],
    "boosted.txt": [boosted.predict(numbers).tolist()],
    "extreme.json": [extreme.predict_proba(numbers)[:, 1].tolist()],
}, open("expected.json", "w"))
`;

beforeAll(async () => {
  python = await ensureVenv('venv-convert', join(here, 'convert.txt'));
  await run(python, ['-W', 'ignore', '-c', MAKE], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  ['forest', ['prediction', 'probability_1']],
  ['words', ['length', 'text', 'sum']],
  ['boosted.txt', ['prediction']],
  ['extreme.json', ['prediction']],
])('%s', async (model, columns) => {
  const order = orderFor(join(folder, model), join(folder, 'table.csv'), join(folder, `${model}.jsonl`), {
    ...{ keep: [], chunkRows: 1500, threads: 2, batchRows: 400 },
  });
  const exe = { exe: python, program: join(repository, 'python/score'), search: [folder] };
  expect(await score({ ...order, model: { ...order.model, python: exe } })).toMatchObject({ code: 0 });
  const said = linesOf(order.output).map((line) => JSON.parse(line) as Record<string, string | number>);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<
    string,
    (string | number)[][]
  >;
  for (const [at, column] of columns.entries()) {
    const wanted = expected[model]?.[at] ?? [];
    expect(said).toHaveLength(wanted.length);
    for (const [row, value] of wanted.entries()) {
      const own = said[row]?.[column];
      if (typeof value === 'number') expect(Number(own), `${column} of row ${String(row)}`).toBeCloseTo(value, 5);
      else expect(own).toBe(value);
    }
  }
});
