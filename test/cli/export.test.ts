/** `loopwright export` through a real engine. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Workplace, workplace } from './support';

const Exported = z.strictObject({
  format: z.enum(['mlflow', 'csv', 'parquet', 'json']),
  files: z.array(z.string()),
  runs: z.number(),
  points: z.number(),
  artifacts: z.number(),
  artifact_bytes: z.number(),
  problems: z.array(z.string()),
});
const Started = z.looseObject({ run_id: z.string() });

let place: Workplace;
beforeEach(() => {
  place = workplace({ capture: false });
});
afterEach(() => place.dispose());

describe('export', () => {
  it('writes what was logged, in the format that the ending says, and over nothing unless told to', async () => {
    place.write('train.py', 'import loopwright\nloopwright.log(loss=0.5, step=1)\nloopwright.artifact("train.py")\n');
    const { run_id: runId } = await place.json(Started, ['run', 'train.py']);
    await place.json(Started, ['run', 'train.py']);
    const all = await place.json(Exported, ['export', 'out/mlflow.db']);
    expect(all).toMatchObject({ format: 'mlflow', runs: 2, points: 2, artifacts: 2, problems: [] });
    expect(all.files).toEqual(['mlflow.db', 'mlflow-artifacts'].map((name) => join(place.folder, 'out', name)));
    const one = await place.json(Exported, ['runs', 'export', runId, 'one.json']);
    expect(one).toMatchObject({ format: 'json', runs: 1 });
    expect(readFileSync(join(place.folder, 'one.json'), 'utf8')).toContain(`"run_id":"${runId}"`);
    expect(await place.refusal(['export', 'one.json'])).toMatchObject({ exitCode: 2, code: 'bad_request' });
    expect(await place.json(Exported, ['export', 'one.json', '--overwrite'])).toMatchObject({ runs: 2 });
    const none = await place.refusal(['export', 'none.csv', '--filter', 'metrics.loss >']);
    expect([none.exitCode, existsSync(join(place.folder, 'none.csv'))]).toEqual([2, false]);
  });
});
