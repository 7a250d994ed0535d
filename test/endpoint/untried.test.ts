/** A model whose process does not survive that it is tried. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ModelProcess } from '../../src/endpoint/modelProcess';
import type { FromModel } from '../../src/inference/messages';
import { repository } from '../engine/support';
import { classifier } from './models';

const folder = mkdtempSync(join(tmpdir(), 'lw-untried-'));
const at = (name: string): string => join(folder, name);
/** In the place of `model.js`: crashes as native code does once anything is tried, as a run of many rows may be too much for it. */
const CRASHES = `
const [, , , threads, rows] = process.argv;
process.send({ kind: 'opened' });
if (rows !== 'untried') process.kill(process.pid, 'SIGSEGV');
const signature = { inputs: [], outputs: [], unreadable: [], labels: {} };
process.send({ kind: 'ready', signature, answersBatches: false, tuning: { threads: Number(threads), batchRows: 1, tried: [] } });
process.on('message', () => process.kill(process.pid, 'SIGSEGV'));
`;
beforeAll(() => {
  writeFileSync(at('crashes.cjs'), CRASHES);
  writeFileSync(at('classifier.onnx'), classifier());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const processOf = (program: string, file: string, lines: string[]) => {
  let crashes = 0;
  const model = new ModelProcess(
    { program, file, threads: null, batchRows: null },
    (line) => lines.push(line),
    () => undefined,
    () => crashes++,
  );
  return { model, crashes: () => crashes };
};

it('is served a row at a time, with nothing tried, also after a crash', async () => {
  const lines: string[] = [];
  const { model, crashes } = processOf(at('crashes.cjs'), at('any'), lines);
  const loaded = await model.start();
  expect(loaded).toMatchObject({
    isUntried: true,
    answersBatches: false,
    tuning: { threads: 1, batchRows: 1, tried: [] },
  });
  expect(lines).toEqual([
    'the process that runs the model ended (SIGSEGV) while made-up rows were tried: that is left out',
  ]);
  expect([crashes(), model.crashes]).toEqual([0, 0]);
  await expect(model.run([])).rejects.toThrow('ended (SIGSEGV)');
  expect(crashes()).toBe(1);
  await expect.poll(() => model.loaded?.isUntried, { timeout: 10_000 }).toBe(true);
  expect(lines.filter((line) => line.includes('made-up'))).toHaveLength(1);
  await model.stop('It is over.');
});

it('is told why it can not be loaded where that is not for trying', async () => {
  writeFileSync(at('broken.onnx'), 'no model');
  const { model } = processOf(join(repository, 'dist/model.js'), at('broken.onnx'), []);
  await expect(model.start()).rejects.toThrow('broken.onnx');
  model.end();
});

it('tries nothing where it is told so', async () => {
  const child = fork(join(repository, 'dist/model.js'), [at('classifier.onnx'), '1', 'untried'], {
    serialization: 'advanced',
  });
  const seen: FromModel[] = [];
  child.on('message', (message: FromModel) => seen.push(message));
  await expect.poll(() => seen.map(({ kind }) => kind), { timeout: 20_000 }).toEqual(['opened', 'ready']);
  expect(seen[1]).toMatchObject({ answersBatches: false, tuning: { threads: 1, batchRows: 1, tried: [] } });
  child.kill();
  await once(child, 'exit');
});
