/** Which way to serve, measured with real models by the command line, and what is left behind: nothing. */
import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { classifier, columns } from '../endpoint/models';
import { until } from '../engine/support';
import { workplace, type Workplace } from './support';
import { commandLines } from '../support/commandLines';

const Times = { p50_ms: z.number().positive(), p95_ms: z.number().positive(), rows_per_second: z.number().positive() };
const Choice = z.strictObject({
  model: z.string(),
  version: z.string(),
  file: z.string(),
  digest: z.string().nullable(),
  asked: z.strictObject({
    latency_ms: z.number().nullable(),
    rows_per_day: z.number().nullable(),
    freshness: z.string(),
  }),
  measured: z.strictObject({
    load_ms: z.number().positive(),
    answers_together: z.boolean(),
    embedded: z.strictObject({
      ...Times,
      together: z.strictObject({ rows: z.number(), rows_per_second: z.number().positive() }).nullable(),
    }),
    rest: z.array(z.strictObject({ connections: z.number(), ...Times })).length(2),
    batch: z.strictObject({ rows: z.number(), rows_in_run: z.number(), rows_per_second: z.number().positive() }),
  }),
  recommended: z.strictObject({
    way: z.enum(['embedded', 'rest', 'batch']),
    holds: z.boolean(),
    reasons: z.array(z.string()),
  }),
});

let place: Workplace;
let file: string;
beforeEach(() => {
  place = workplace({ capture: false });
  process.env.LOOPWRIGHT_VERSION_WAIT_MS = '30000';
  file = join(place.store, '../model.onnx');
});
afterEach(() => place.dispose());

const choose = async (...words: string[]) => {
  const { code, stdout } = await place.call(['serve', 'choose', ...words, '--json']);
  expect(code).toBe(0);
  return Choice.parse(JSON.parse(stdout));
};

/** Processes that serve or run this model. */
const left = (): string[] =>
  commandLines().filter((line) => line.includes(realpathSync(file)) && /\/(endpoint|model|measure)\.js/.test(line));

it('measures a file in each way, and recommends by what was measured', async () => {
  writeFileSync(file, classifier());
  const soon = await choose('model.onnx', '--latency', '60000', '--rows-per-day', '1000');
  expect(soon).toMatchObject({ model: 'model.onnx', digest: null, recommended: { way: 'rest', holds: true } });
  expect(soon.measured.answers_together).toBe(true);
  expect(soon.measured.rest.map(({ connections }) => connections)).toEqual([1, 8]);
  // Without HTTP it takes less, and rows together more of them.
  expect(soon.measured.embedded.p50_ms).toBeLessThan(soon.measured.rest[0]?.p50_ms ?? 0);
  expect(soon.measured.embedded.together?.rows_per_second).toBeGreaterThan(soon.measured.embedded.rows_per_second);
  expect(soon.measured.batch.rows_in_run).toBeGreaterThan(64);
  await until('nothing is left', () => left().length === 0 || undefined);

  const lines = await place.call(['serve', 'choose', 'model.onnx', '--latency', '0.0000001']);
  expect(lines.stdout).toContain('None of them holds what is asked for; Embedded comes nearest.');
  expect(lines.stdout).toMatch(/^REST, 8 connections +[\d.]+ ms/m);
  await until('nothing is left', () => left().length === 0 || undefined);
});

it('measures a version, and a model that takes no rows together', async () => {
  writeFileSync(file, columns());
  place.write('train.py', 'import loopwright\nloopwright.artifact("model.onnx")\n');
  await place.call(['run', 'train.py']);
  await place.call(['models', 'register', 'latest', 'model.onnx', 'spend']);
  const version = await choose('spend', '--freshness', 'days', '--rows-per-day', '1000');
  expect(version).toMatchObject({
    ...{ model: 'spend', version: '1', digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    measured: { answers_together: false, embedded: { together: null }, batch: { rows_in_run: 1 } },
    recommended: { way: 'batch', holds: true },
  });
  const code = await place.call(['models', 'code', 'spend', '--language', 'node']);
  expect(code.stdout).toContain(`const MODEL = ${JSON.stringify(version.file)};`);
});

it('refuses what it can not measure, and options that say nothing', async () => {
  writeFileSync(file, 'nothing');
  const refused = async (...words: string[]) => (await place.refusal(['serve', 'choose', ...words])).message;
  // What it is doing is told as well, as it gets as far as that.
  const wrong = await place.call(['serve', 'choose', 'model.onnx', '--json']);
  expect([wrong.code, wrong.stdout]).toEqual([2, expect.stringContaining('model.onnx is no ONNX model')]);
  expect(await refused('other.onnx')).toBe('There is no file other.onnx.');
  expect(await refused('model.onnx', '--latency', '-1')).toBe('--latency takes a number above 0, not "-1".');
  expect(await refused('model.onnx', '--freshness', 'soon')).toContain('--freshness takes one of seconds, minutes');
  const language = await place.refusal(['models', 'code', 'model.onnx', '--language', 'cobol']);
  expect(language.message).toBe('--language takes one of python, node, csharp, cpp, not "cobol".');
});
