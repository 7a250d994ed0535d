/**
 * `loopwright.log` beside `mlflow.log_metric` to a local `mlflow server` on SQLite.
 *
 * The figure is calls per second from the first call until every value can be read in the store: for Loopwright until
 * the engine shows them all, for MLflow until the last call has returned (synchronous) or the flush has (asynchronous).
 *
 * Loopwright's values survive the death of any process, not the loss of power; MLflow's database waits for the disk at
 * every commit. So that both sides promise the same, the peer's database lies in memory where the system has such a
 * folder.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureVenv } from '../scripts/lib/python.mjs';
import { startMlflow } from './mlflowServer.mjs';
import { interleave, ratios, report, spread } from './stats.mjs';
import { loadClient, root, temporaryStore, until } from './store.mjs';

const ROUNDS = 3;
const CALLS = { loopwright: 200_000, mlflowSync: 300, mlflowAsync: 1000 };
const exec = promisify(execFile);

const python = await ensureVenv('venv-bench', join(root, 'bench/requirements.txt'));
const client = await loadClient();
const store = temporaryStore(client);
const { connection } = await store.open();
const mlflow = await startMlflow(python);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    mlflow.stop();
    process.exit(1);
  });
}

/** Calls per second of one tracked script. */
async function loopwright() {
  const run = client.prepareRun(
    store.paths.root,
    {
      target: { kind: 'script', file: join(root, 'bench/log_loopwright.py'), args: [String(CALLS.loopwright)] },
      python,
      cwd: store.folder,
    },
    { folder: join(root, 'python') },
  );
  const [command, ...args] = run.runner;
  const started = exec(command, args);
  const { run_id: runId } = run.spec;
  const count = async () => {
    const { metrics } = await connection.request('runs/metrics', { runId }).catch(() => ({ metrics: [] }));
    return metrics[0]?.count === CALLS.loopwright;
  };
  await until(count);
  const readable = Date.now();
  const { stdout } = await started;
  return (CALLS.loopwright / (readable - Number(stdout.trim()))) * 1000;
}

/** Calls per second of a script that talks to the server. @param {'sync' | 'async'} mode @param {number} calls */
async function mlflowClient(mode, calls) {
  const env = { ...process.env, MLFLOW_TRACKING_URI: mlflow.url };
  const { stdout } = await exec(python, [join(root, 'bench/log_mlflow.py'), mode, String(calls)], { env });
  return calls / Number(stdout.trim().split('\n').at(-1));
}

try {
  const figures = await interleave(ROUNDS, {
    loopwright,
    mlflowSync: () => mlflowClient('sync', CALLS.mlflowSync),
    mlflowAsync: () => mlflowClient('async', CALLS.mlflowAsync),
  });
  report('logging', {
    rounds: ROUNDS,
    calls: CALLS,
    mlflow: mlflow.version,
    'loopwright calls/s': spread(figures.loopwright),
    'mlflow log_metric calls/s': spread(figures.mlflowSync),
    'mlflow synchronous=False + flush /s': spread(figures.mlflowAsync),
    'ratio to log_metric': ratios(figures.loopwright, figures.mlflowSync),
    'ratio to synchronous=False': ratios(figures.loopwright, figures.mlflowAsync),
  });
} finally {
  mlflow.stop();
  await store.dispose(connection);
}
