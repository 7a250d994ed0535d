/** MLflow's own client with versions whose files are kept apart: it registers, waits and loads as it always does. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import type { EngineConnection } from '../../src/client/connection';
import { type TestStore, testStore } from '../engine/support';
import { outside } from '../engine/trackingSupport';
import { Registry } from '../engine/versionSupport';

let store: TestStore;
let connection: EngineConnection;
let registry: Registry;
beforeEach(async () => {
  store = testStore();
  ({ connection } = await store.open());
  registry = new Registry(store, connection, await outside(connection));
});
afterEach(() => store.dispose());

const REGISTER = `
import mlflow
from mlflow import MlflowClient

class Doubled(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return [2 * one for one in model_input]

with mlflow.start_run() as run:
    info = mlflow.pyfunc.log_model(name="model", python_model=Doubled(), pip_requirements=[],
                                   registered_model_name="fraud")
    mlflow.log_text("a", "model2/a.txt")
client = MlflowClient()
client.set_registered_model_alias("fraud", "champion", 1)
client.create_registered_model("files")
second = client.create_model_version("files", f"{run.info.artifact_uri}/model2", run.info.run_id)
print(client.get_model_version("fraud", "1").status, second.status)
print(run.info.run_id)
`;
const LOAD = `
import mlflow, sys
for uri in sys.argv[1:]:
    try:
        print(uri, mlflow.pyfunc.load_model(uri).predict([1, 2]))
    except Exception as error:
        print(uri, type(error).__name__, error)
`;

function python(code: string, ...words: readonly string[]): Promise<string> {
  const { uri, headers } = registry.client;
  const env = {
    ...process.env,
    MLFLOW_TRACKING_URI: uri,
    MLFLOW_TRACKING_TOKEN: headers.Authorization.replace('Bearer ', ''),
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false',
  };
  return new Promise((resolve, reject) => {
    ensureVenv('venv-bench', join(import.meta.dirname, '../../bench/requirements.txt')).then((file) => {
      const options = { cwd: store.folder, env, maxBuffer: 10_000_000 };
      execFile(file, ['-W', 'ignore', '-c', code, ...words], options, (error, stdout, stderr) => {
        if (error) reject(new Error(`${stdout}\n${stderr}`));
        else resolve(stdout);
      });
    }, reject);
  });
}

describe("MLflow's client", () => {
  it('loads a version whose run and logged model have gone, and not one that was changed', async () => {
    const lines = (await python(REGISTER)).trim().split('\n');
    const runId = lines.at(-1) ?? '';
    expect(lines.at(-2)).toBe('READY READY');
    expect(registry.kept()).toHaveLength(2);

    await connection.request('runs/delete', { runIds: [runId] });
    // Digests of what it logged may still be worked out: until then it counts as running.
    await expect.poll(async () => (await registry.freeSpace()).kept).toEqual({});
    expect(existsSync(store.paths.runFolder(runId))).toBe(false);
    const loaded = await python(LOAD, 'models:/fraud@champion', 'models:/fraud/1');
    expect(loaded).toMatch(/^models:\/fraud@champion \[2, 4\]$/m);
    expect(loaded).toMatch(/^models:\/fraud\/1 \[2, 4\]$/m);

    const pickled = join(await registry.folderOf('fraud', 1), 'python_model.pkl');
    chmodSync(pickled, 0o644);
    writeFileSync(pickled, 'other');
    expect(await python(LOAD, 'models:/fraud@champion')).toMatch(
      /fraud v1: python_model\.pkl is not the file that was/,
    );
  });
});
