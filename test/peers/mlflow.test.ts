/** MLflow's real client, old and new, against our server; then what no client would send, and many at once. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { type Workplace, workplace } from '../cli/support';

const mlflow = join(import.meta.dirname, '..', 'mlflow');
const NEWEST = '3.17';
/** Longer than the whole suite: between two requests nobody is connected. */
const IDLE_MS = '1200000';

const versions = readdirSync(mlflow)
  .map((name) => /^requirements-(.+)\.txt$/.exec(name)?.[1])
  .filter((version) => version !== undefined)
  .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));

const Tracking = z.object({ uri: z.url(), token: z.string().min(16) });

let place: Workplace;
let tracking: z.infer<typeof Tracking>;
beforeEach(async () => {
  place = workplace({ capture: false });
  tracking = await place.json(Tracking, ['tracking'], { env: { LOOPWRIGHT_IDLE_MS: IDLE_MS } });
});
afterEach(() => place.dispose());

const pythonOf = (version: string): Promise<string> =>
  ensureVenv(`venv-mlflow-${version}`, join(mlflow, `requirements-${version}.txt`));

describe('the conformance suite', () => {
  it.each(versions)('passes with the client %s', async (version) => {
    const words = ['-W', 'ignore', '-m', 'unittest', 'discover'];
    const done = await run(await pythonOf(version), words, join(mlflow, 'conformance'));
    expect(failuresIn(done.output)).toEqual([]);
    expect(done.output).toMatch(/^OK\b/m);
    expect(done.status).toBe(0);
  });
});

describe('what no client would send', () => {
  it('never gets a 500, and the server answers afterwards', async () => {
    const done = await run(await pythonOf(NEWEST), [join(mlflow, 'fuzz.py'), '--requests', '10000', '--seed', '1']);
    expect(done.output).toMatch(/^10000 requests, 0 problems$/m);
    expect(done.status).toBe(0);
  });
});

describe('64 processes that log to one store', () => {
  it('lose nothing', async () => {
    const done = await run(await pythonOf(NEWEST), [join(mlflow, 'load.py')]);
    expect(done.output).toMatch(/^12800 points, 0 lost$/m);
    expect(done.status).toBe(0);
  });
});

/** Each failed test with its last line, which says what was wrong. */
function failuresIn(output: string): string[] {
  const blocks = output.split(/^={70}$/m).slice(1);
  return blocks.map((block) => {
    const [report = ''] = block.split(/^-{70}\n(?=Ran )/m);
    const lines = report.trim().split('\n');
    const reason = lines.findLast((line) => /^\S+(Error|Exception)\b/.test(line)) ?? lines.at(-1) ?? '';
    return `${lines[0] ?? ''}: ${reason}`;
  });
}

function run(python: string, words: string[], cwd = mlflow): Promise<{ status: number | null; output: string }> {
  const env = {
    ...process.env,
    MLFLOW_TRACKING_URI: tracking.uri,
    MLFLOW_TRACKING_TOKEN: tracking.token,
    PYTHONDONTWRITEBYTECODE: '1',
  };
  return new Promise((resolve) => {
    const child = execFile(python, words, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 }, (_, stdout, stderr) => {
      resolve({ status: child.exitCode, output: stdout + stderr });
    });
  });
}
