import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { workplace, type Workplace } from './support';

const SCRIPT = `
import sys
import loopwright
depth = int(sys.argv[1])
loopwright.param(depth=depth, seed=0)
loopwright.log(auc=0.9 + depth / 100)
with open("model.txt", "w") as file: file.write("weights %d" % depth)
loopwright.artifact("model.txt")
`;

const Row = z.object({ key: z.string(), values: z.array(z.unknown()), differs: z.boolean() });
const Document = z.object({
  versions: z.array(z.object({ name: z.string(), version: z.number() })),
  metrics: z.array(Row.extend({ verdict: z.string().nullable() })),
  params: z.array(Row),
  files: z.array(z.object({ path: z.string(), state: z.string(), values: z.array(z.unknown()) })),
});

let place: Workplace;
beforeAll(async () => {
  place = workplace({ capture: false });
  process.env.LOOPWRIGHT_VERSION_WAIT_MS = '30000';
  place.write('train.py', SCRIPT);
  for (const depth of ['1', '3']) {
    await place.call(['run', 'train.py', depth]);
    await place.call(['models', 'register', 'latest', 'model.txt', 'fraud']);
  }
  await place.call(['models', 'alias', 'fraud/1', 'champion']);
}, 60_000);
afterAll(() => place.dispose());

it('tells in what two versions differ, and which is better', async () => {
  const { code, stdout } = await place.call(['models', 'compare', 'fraud/2', 'fraud@champion']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/fraud\/2\s+fraud\/1\s+fraud\/2 is/);
  expect(stdout).toMatch(/auc\s+0\.93\s+0\.91\s+0\.02 better/);
  expect(stdout).toMatch(/depth\s+3\s+1/);
  expect(stdout).toMatch(/model\.txt/);
  expect(stdout).not.toContain('seed');
});

it('is a document for programs, with all of it when that is wanted', async () => {
  const { stdout } = await place.call(['models', 'compare', 'fraud/2', 'fraud/1', '--all', '--json']);
  const document = Document.parse(JSON.parse(stdout));
  expect(document.versions.map(({ version }) => version)).toEqual([2, 1]);
  expect(document.metrics).toMatchObject([{ key: 'auc', values: [0.93, 0.91], verdict: '0.02 better' }]);
  expect(document.params.find(({ key }) => key === 'seed')).toMatchObject({ differs: false });
  expect(document.files).toMatchObject([{ path: 'model.txt', state: 'changed' }]);
});

it('says what it can not compare', async () => {
  const same = await place.call(['models', 'compare', 'fraud/1', 'fraud@champion']);
  expect([same.code, same.stderr]).toEqual([expect.any(Number), expect.stringContaining('two different versions')]);
  expect(same.code).not.toBe(0);
  expect((await place.call(['models', 'compare', 'fraud/1', 'fraud/9'])).stderr).toContain('no version 9');
});
