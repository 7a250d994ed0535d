import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineConnection } from '../../../src/client/connection';
import { Config } from '../../../src/engine/config';
import { readConfig } from '../../../src/engine/config/task';
import { type TestStore, testStore } from '../support';

let store: TestStore;
let engine: EngineConnection;
let file: string;

beforeAll(async () => {
  store = testStore();
  engine = (await store.open()).connection;
  file = join(store.folder, 'loopwright.yaml');
});
afterAll(() => store.dispose());

it('reads the file beside the store, as it is now', async () => {
  expect(await engine.request('config/check', {})).toEqual({ problems: [], gates: [] });
  writeFileSync(file, '\ufeffversion: 1\ngates:\n  fraud:\n    champion:\n      metrics: { auc: { min: 0.9 } }\n');
  const gates = [{ model: 'fraud', alias: 'champion', asks: ['auc at least 0.9'] }];
  expect(await engine.request('config/check', {})).toEqual({ problems: [], gates });
  writeFileSync(file, 'version: 1\ngate: {}\n');
  const { problems } = await engine.request('config/check', {});
  expect(problems).toMatchObject([
    { from: { line: 1, column: 0 }, to: { line: 1, column: 4 }, message: 'There is no key gate. Did you mean gates?' },
  ]);
});

it('checks a text that is not saved', async () => {
  const { problems } = await engine.request('config/check', { text: 'version: 3\n' });
  expect(problems).toMatchObject([{ severity: 'error', message: 'version is 1, not 3.' }]);
});

it('waits for no pipe, and reads no folder', async () => {
  rmSync(file);
  mkdirSync(file);
  await expect(engine.request('config/check', {})).rejects.toThrow('loopwright.yaml is no file.');
  rmSync(file, { recursive: true });
  if (process.platform === 'win32') return;
  execFileSync('mkfifo', [file]);
  await expect(engine.request('config/check', {})).rejects.toThrow('loopwright.yaml is no file.');
  rmSync(file);
});

it('tells of a file that is too large, and reads no further', async () => {
  writeFileSync(file, `version: 1\n${'# \n'.repeat(1_000_000)}`);
  const { problems } = await engine.request('config/check', {});
  expect(problems).toMatchObject([{ message: expect.stringContaining('is larger than 256 kB') }]);
});

it('has the names of a store in which there is none', async () => {
  expect(await engine.request('config/names', {})).toEqual({
    ...{ models: [], aliases: [], metrics: [], tags: [], features: [] },
  });
});

it('knows no gates while the file has an error, and says where', async () => {
  const config = new Config(store.paths.root, { run: (_, params) => readConfig(params as never) as never });
  rmSync(file);
  expect(await config.gates()).toEqual({ gates: [] });
  writeFileSync(file, 'version: 1\ngates: { m: { a: { tags: [owner] } } }\n');
  expect(await config.gates()).toMatchObject({ gates: [{ model: 'm', alias: 'a', gate: { against: 'a' } }] });
  writeFileSync(file, 'version: 1\nmonitors: []\ngates: { m: { a: { tag: [owner] } } }\n');
  expect(await config.gates()).toEqual({ problem: 'line 3: There is no key tag. Did you mean tags?' });
});

it('has the settings of drift, or says what is wrong with the file', async () => {
  rmSync(file);
  expect(await engine.request('config/drift', {})).toEqual({ settings: {} });
  writeFileSync(file, 'version: 1\ndrift: { false_alarms: 0.01, tests: { amount: { psi: 0.2 } } }\n');
  const settings = { false_alarms: 0.01, tests: { amount: { psi: 0.2 } } };
  expect(await engine.request('config/drift', {})).toEqual({ settings });
  writeFileSync(file, 'version: 1\ndrift:\n  false_alarms: 7\n');
  await expect(engine.request('config/drift', {})).rejects.toThrow(
    'loopwright.yaml, line 3: false_alarms is a number from 0.000001 to 0.5, as 0.05, not 7.',
  );
});

it('puts settings of drift into a text, and writes nothing', async () => {
  rmSync(file);
  const { text } = await engine.request('config/withDrift', { text: null, change: { share: 0.5 } });
  expect([text, existsSync(file)]).toEqual(['version: 1\n\ndrift:\n  share: 0.5\n', false]);
});
