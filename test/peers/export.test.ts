/** What MLflow's real clients, old and new, read in an export is what our tracking server tells them. */
import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { type Workplace, workplace } from '../cli/support';

const mlflow = join(import.meta.dirname, '..', 'mlflow');
const MODEL = 'models:/fraud@champion';
/** Longer than the whole suite: between two requests nobody is connected. */
const env = { LOOPWRIGHT_IDLE_MS: '1200000' };

const Tracking = z.object({ uri: z.url(), token: z.string() });
const Everything = z.looseObject({
  runs: z.array(z.looseObject({ info: z.array(z.unknown()), tags: z.record(z.string(), z.string()) })),
});

/** Tags that our server does not tell of runs that no client began. */
const ADDED = ['mlflow.user', 'mlflow.source.name', 'mlflow.source.type'];

let place: Workplace;
beforeEach(() => {
  place = workplace({ capture: false });
});
afterEach(() => place.dispose());

const pythonOf = (version: string) =>
  ensureVenv(`venv-mlflow-store-${version}`, join(mlflow, `with-store-${version}.txt`));

function run(python: string, words: string[], more: NodeJS.ProcessEnv): Promise<string> {
  const all = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', MLFLOW_DISABLE_TELEMETRY: 'true', ...more };
  return new Promise((resolve, reject) => {
    execFile(python, words, { cwd: place.folder, env: all, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${words.join(' ')}: ${stderr.slice(-2000)}`));
      else resolve(stdout);
    });
  });
}

const everything = async (python: string, more: NodeJS.ProcessEnv) =>
  Everything.parse(JSON.parse(await run(python, [join(mlflow, 'everything.py'), MODEL], more)));

/** As the export has it, without what it adds to runs of scripts. */
function withoutAdded(said: z.infer<typeof Everything>, ofScript: string): z.infer<typeof Everything> {
  const runs = said.runs.map(({ tags, ...rest }) => {
    const kept = Object.entries(tags).filter(([key]) => rest.info[0] !== ofScript || !ADDED.includes(key));
    return { ...rest, tags: Object.fromEntries(kept) };
  });
  return { ...said, runs };
}

describe('an export', () => {
  it.each([
    ['3.17', '3'],
    ['3.17', '2'],
    ['3.6', '3'],
    ['3.1', '3'],
    ['2.22', '2'],
    ['2.9', '2'],
  ])('is read by the client %s, made for MLflow %s, as our server tells it', async (version, form) => {
    const python = await pythonOf(version);
    place.write('train.py', 'import loopwright\nloopwright.log(loss=1.0, step=1)\n');
    const Started = z.looseObject({ run_id: z.string() });
    const { run_id: ofScript } = await place.json(Started, ['run', 'train.py'], { env });
    const { uri, token } = await place.json(Tracking, ['tracking'], { env });
    const server = { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token };
    await run(python, [join(mlflow, 'logged.py')], server);
    const told = await everything(python, server);
    const called = await place.call(['export', 'with space/mlflow.db', '--mlflow', form], { env });
    expect(called.code).toBe(0);
    const read = await everything(python, {
      MLFLOW_TRACKING_URI: `sqlite:///${join(place.folder, 'with space/mlflow.db')}`,
    });
    // MLflow 2's form has no logged models.
    const without = form === '2' && version.startsWith('3') ? ['models'] : [];
    const comparable = (said: z.infer<typeof Everything>) => ({
      ...withoutAdded(said, ofScript),
      ...Object.fromEntries(without.map((key) => [key, null])),
      ...(without.length > 0
        ? { runs: withoutAdded(said, ofScript).runs.map(({ model_outputs: _, ...rest }) => rest) }
        : {}),
    });
    expect(comparable(read)).toEqual(comparable(told));
    expect(told.runs).toHaveLength(5);
  });

  it.each([
    ['3.1', '3'],
    ['2.9', '2'],
  ])('has the very form that MLflow %s makes', async (version, form) => {
    const python = await pythonOf(version);
    await place.call(['run', '-P', 'a=1', '--', 'true'], { env });
    await place.call(['export', 'ours.db', '--mlflow', form], { env });
    const make = 'import mlflow; mlflow.MlflowClient("sqlite:///theirs.db").search_experiments()';
    await run(python, ['-W', 'ignore', '-c', make], {});
    const formOf = async (file: string) =>
      JSON.parse(await run(python, [join(mlflow, 'schema_of.py'), join(place.folder, file)], {})) as unknown;
    expect(await formOf('ours.db')).toEqual(await formOf('theirs.db'));
  });

  it('is brought to a newer form by `mlflow db upgrade`', async () => {
    const python = await pythonOf('3.17');
    await place.call(['run', '--', 'true'], { env });
    await place.call(['export', 'mlflow.db'], { env });
    cpSync(join(place.folder, 'mlflow.db'), join(place.folder, 'copy.db'));
    await run(python, ['-m', 'mlflow', 'db', 'upgrade', 'sqlite:///copy.db'], {});
    const count = 'import mlflow; print(len(mlflow.MlflowClient("sqlite:///copy.db").search_runs(["0"])))';
    expect((await run(python, ['-W', 'ignore', '-c', count], {})).trim()).toBe('1');
  });
});
