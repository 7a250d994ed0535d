/** Conversions to ONNX of models that scikit-learn, LightGBM, XGBoost, PyTorch and MLflow have really made. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { type Converted, convertInto } from '../../src/client/convert';
import { workplace } from '../cli/support';
import { repository } from '../engine/support';

const MAKE = `
import joblib, lightgbm, mlflow.pytorch, mlflow.sklearn, numpy as np, os, pandas as pd, pickle, torch, xgboost
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
random = np.random.default_rng(0)
X = pd.DataFrame(random.random((200, 4)).astype('float32'), columns=list('abcd'))
y, z, three = (X.a + X.b > 1).astype(int), X.c * 3, random.integers(0, 3, 200)
named = X.assign(city=random.choice(['x', 'y', 'z'], 200))
X[:20].to_csv('rows.csv', index=False); named[:20].to_csv('named.csv', index=False)
pickle.dump(LinearRegression().fit(X.to_numpy(), z), open('linear.pkl', 'wb'))
joblib.dump(HistGradientBoostingClassifier(max_iter=5).fit(X.to_numpy(), three), 'hist.joblib')
trees = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1)
columns = make_column_transformer((StandardScaler(), ['a', 'b']), (OneHotEncoder(), ['city']))
joblib.dump(make_pipeline(columns, trees).fit(named, y), 'pipeline.joblib')
joblib.dump(make_pipeline(StandardScaler(), xgboost.XGBClassifier(n_estimators=5)).fit(X.to_numpy(), y), 'boosted.joblib')
lightgbm.LGBMRegressor(n_estimators=5, verbose=-1).fit(X, z).booster_.save_model('trees.txt')
xgboost.XGBClassifier(n_estimators=5).fit(X, three).save_model('boost.json')
xgboost.XGBRegressor(n_estimators=5).fit(X, z).save_model('boost.ubj')
net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2)).eval()
torch.save(net, 'net.pt'); torch.save(net.state_dict(), 'weights.pth'); torch.jit.script(net).save('script.pt')
torch.save(torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten()).eval(), 'picture.pt')
mlflow.sklearn.save_model(make_pipeline(StandardScaler(), LinearRegression()).fit(X, z), 'folder', input_example=X[:5],
                          pip_requirements=[], serialization_format='cloudpickle')
mlflow.pytorch.save_model(net, 'program', input_example=X[:5].to_numpy(), pip_requirements=[])
`;

let folder: string;
let python: string;
beforeAll(async () => {
  python = await ensureVenv('venv-convert', join(import.meta.dirname, 'convert.txt'));
  folder = mkdtempSync(join(tmpdir(), 'lw-models-'));
  await promisify(execFile)(python, ['-c', MAKE], { cwd: folder });
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Kept {
  readonly converted: Converted;
  readonly kept: readonly string[];
}

function convert(model: string, example: string | null = 'rows.csv'): Promise<Kept> {
  return convertInto(
    join(folder, 'drafts'),
    python,
    { folder: join(repository, 'python') },
    { model: join(folder, model), example: example && join(folder, example), search: [] },
    { env: process.env, cwd: folder },
    (made) => {
      expect(statSync(join(made, 'model.onnx')).size).toBeGreaterThan(100);
      return readdirSync(made).sort();
    },
  );
}

describe('a model becomes ONNX and predicts the same', () => {
  it.each([
    ['linear.pkl', 'skl2onnx', null, 'rows.csv'],
    ['hist.joblib', 'skl2onnx', 1, 'rows.csv'],
    ['pipeline.joblib', 'skl2onnx', 1, 'named.csv'],
    ['boosted.joblib', 'skl2onnx', 1, 'rows.csv'],
    ['trees.txt', 'onnxmltools', null, 'rows.csv'],
    ['boost.json', 'onnxmltools', 1, 'rows.csv'],
    ['boost.ubj', 'onnxmltools', null, 'rows.csv'],
    ['net.pt', 'torch', null, 'rows.csv'],
    ['script.pt', 'torch', null, 'rows.csv'],
  ])('%s', async (model, converter, equalClasses, example) => {
    const { converted, kept } = await convert(model, example);
    expect(converted.converter).toMatch(new RegExp(`^${converter} \\d`));
    expect(converted.comparison).toMatchObject({ compared: true, rows: 20, differs: false, equalClasses });
    expect(kept).toEqual(['model.onnx']);
    expect(readdirSync(join(folder, 'drafts'))).toEqual([]);
  });

  it.each(['folder', 'program'])('an MLflow model (%s), on its own example and with its signature', async (model) => {
    const { converted, kept } = await convert(model, null);
    expect(converted.comparison).toMatchObject({ compared: true, rows: 5, differs: false });
    expect(kept).toEqual(['MLmodel', 'input_example.json', 'model.onnx']);
  });
});

describe('what can not be converted', () => {
  it.each([
    ['weights.pth', /^It is a state_dict.*Save the whole module/],
    ['picture.pt', /^The shape of its input is not known.*--example/],
  ])('%s is refused with the way out', async (model, why) => {
    await expect(convert(model, null)).rejects.toMatchObject({ code: 'bad_request', message: why });
  });
});

it('the command line makes the next version of it, and says what would be dangerous', async () => {
  const place = workplace({ capture: false });
  try {
    place.write(
      'train.py',
      `import joblib, loopwright, os, pickle
from sklearn.linear_model import LogisticRegression
joblib.dump(LogisticRegression().fit([[0., 1.], [1., 0.]], [0, 1]), 'model.joblib')
class Hostile:
    def __reduce__(self): return (os.system, ('touch ' + os.path.abspath('was-loaded'),))
pickle.dump(Hostile(), open('hostile.pkl', 'wb'))
for name in ('model.joblib', 'hostile.pkl'): loopwright.artifact(name)
`,
    );
    place.write('rows.csv', 'a,b\n0,1\n1,0\n');
    await place.call(['run', '--python', python, 'train.py']);
    await place.call(['models', 'register', 'latest', 'model.joblib', 'fraud']);
    await place.call(['models', 'register', 'latest', 'hostile.pkl', 'bad']);
    const done = await place.call(['models', 'convert', 'fraud/1', '--example', 'rows.csv']);
    expect([done.code, done.stdout]).toEqual([
      0,
      expect.stringMatching(/^fraud\/2 is fraud v1 as ONNX, converted by skl2onnx/),
    ]);
    expect(done.stderr).toMatch(/It predicts the same as the original on 2 rows \(classes equal in 100 %/);
    const shown = await place.call(['models', 'show', 'fraud/2']);
    expect(shown.stdout).toContain('loopwright.onnx.from=fraud v1');

    const again = await place.refusal(['models', 'convert', 'fraud/2']);
    expect(again.message).toContain('is ONNX already');
    const refused = await place.refusal(['models', 'convert', 'bad/1']);
    expect(refused.message).toMatch(/Loading bad v1 would call .*system.*It was not loaded/);
    expect(existsSync(join(place.folder, 'was-loaded'))).toBe(false);
    expect(readdirSync(join(place.store, 'cache/drafts'))).toEqual([]);
  } finally {
    await place.dispose();
  }
});
