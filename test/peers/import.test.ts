/** Stores that MLflow itself has made, imported: its client must say the same of both. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { type Workplace, workplace } from '../cli/support';

const mlflow = join(import.meta.dirname, '..', 'mlflow');
const run = promisify(execFile);

const versions = readdirSync(mlflow)
  .map((name) => /^requirements-(.+)\.txt$/.exec(name)?.[1])
  .filter((version) => version !== undefined)
  .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));

const Tracking = z.object({ uri: z.url(), token: z.string() });
const Imported = z.object({
  runs: z.object({ imported: z.number(), updated: z.number(), unchanged: z.number(), unreadable: z.number() }),
  problems: z.array(z.string()),
});

let place: Workplace;
beforeEach(() => {
  place = workplace({ capture: false });
});
afterEach(() => place.dispose());

async function python(executable: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { cwd: place.folder, env: { ...process.env, PYTHONWARNINGS: 'ignore', ...env }, maxBuffer: 1 << 26 };
  return (await run(executable, [...words], options)).stdout;
}

async function comparesEqual(executable: string, uri: string, path: string): Promise<void> {
  await python(executable, [join(mlflow, 'make_store.py'), uri]);
  const dump = (from: string, env: NodeJS.ProcessEnv = {}) =>
    python(executable, [join(mlflow, 'dump_store.py'), from], env).then((text) => JSON.parse(text) as unknown);
  const there = await dump(uri);
  const { runs, problems } = await place.json(Imported, ['import', path]);
  expect(problems).toEqual([]);
  expect(runs).toEqual({ imported: 9, updated: 0, unchanged: 0, unreadable: 0 });
  const tracking = await place.json(Tracking, ['tracking'], { env: { LOOPWRIGHT_IDLE_MS: '600000' } });
  expect(await dump(tracking.uri, { MLFLOW_TRACKING_TOKEN: tracking.token })).toEqual(there);
  expect((await place.json(Imported, ['import', path])).runs).toMatchObject({ imported: 0, updated: 0, unchanged: 9 });
}

describe('a folder mlruns', () => {
  it.each(versions)('that MLflow %s has made', async (version) => {
    const executable = await ensureVenv(`venv-mlflow-${version}`, join(mlflow, `requirements-${version}.txt`));
    const path = join(place.folder, 'mlruns');
    mkdirSync(path);
    await comparesEqual(executable, `file://${path}`, path);
  });
});

it('a database that the newest MLflow has made', async () => {
  const executable = await ensureVenv('venv-bench', join(mlflow, '../../bench/requirements.txt'));
  await comparesEqual(executable, 'sqlite:///mlflow.db', join(place.folder, 'mlflow.db'));
});
