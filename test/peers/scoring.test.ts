/** Batch scoring beside Python's runtime: the same tables through the same models. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { orderFor, run as score } from '../scoring/jobs';
import { here, run } from './servingModels';

const folder = mkdtempSync(join(tmpdir(), 'lw-tables-'));
const features = Array.from({ length: 12 }, (_, at) => `f${String(at)}`);
let python = '';

beforeAll(async () => {
  python = await ensureVenv('venv-scoring', join(here, 'scoring.txt'));
  await run(python, [join(here, 'scoring_tables.py'), 'make', folder]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('says what onnxruntime says in Python, whatever the table is read from and written to', async () => {
  for (const table of ['table.csv', 'table.parquet', 'table.jsonl'])
    for (const model of ['network', 'trees', 'regression', 'mixed'])
      for (const ending of ['csv', 'parquet', 'jsonl']) {
        const output = join(folder, `${table}.${model}.${ending}`);
        const order = orderFor(join(folder, `${model}.onnx`), join(folder, table), output, {
          ...{ keep: ['key'], chunkRows: 3000, columns: model === 'mixed' ? null : features },
        });
        expect(await score(order)).toMatchObject({ code: 0 });
      }
  const { stdout } = await run(python, [join(here, 'scoring_tables.py'), 'check', folder]);
  expect(stdout.trim()).toMatch(/^\d+ values as Python's runtime says$/);
});
