/** What is told of a model before it is loaded, by the very code that looks into files. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Asked, lookInto } from '../../src/client/convert/looking';
import { inspectFile } from '../../src/engine/models/task';
import type { Result } from '../../src/protocol/requests';

/** `posix.system('true')`, in the protocol of the first pickles and in that of later ones. */
const HOSTILE = Buffer.from("cposix\nsystem\n(S'true'\ntR.");
const LATER = Buffer.concat([Buffer.from([0x80, 2]), HOSTILE]);
const HARMLESS = Buffer.from([0x80, 4, 0x4b, 1, 0x2e]);

const engine: Asked = {
  request: async (_, params) => (await inspectFile((params as { file: string }).file)) as Result<never>,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lw-looking-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
const oddIn = async (path: string) => (await lookInto(engine, path)).suspicious.map(({ name }) => name);

describe('what loading would call', () => {
  it.each([
    ['model.pkl', HOSTILE],
    ['model.joblib', LATER],
    ['model', LATER],
    ['model.npy', LATER],
    ['notes.md', LATER],
    ['model.bin', LATER],
  ])('is told of %s', async (name, content) => {
    const looked = await lookInto(engine, file(name, content));
    expect(looked.executes).toBe(true);
    expect(looked.suspicious.map((one) => one.name)).toEqual(['posix.system']);
  });

  it('is not known of what can not be looked into', async () => {
    const compressed = Buffer.from('fd377a585a000004', 'hex');
    for (const path of [
      file('cut.pkl', HARMLESS.subarray(0, -1)),
      file('other.pkl', 'no pickle at all'),
      file('empty.pt', ''),
      file('model.joblib', compressed),
    ]) {
      const [odd, ...more] = (await lookInto(engine, path)).suspicious;
      expect(more).toEqual([]);
      expect(odd?.name).toBe('what is not known');
      expect(odd?.reason).toContain("can't be looked into");
    }
  });

  it('is told as far as it was seen', async () => {
    const path = file('cut.pkl', LATER.subarray(0, -1));
    expect(await oddIn(path)).toEqual(['posix.system', 'what is not known']);
  });

  it('is told of all that lies below a folder', async () => {
    file('MLmodel', 'flavors:\n  sklearn:\n    pickled_model: a/b/c/d/e/model\n');
    file('a/b/c/d/e/model', LATER);
    expect(await oddIn(folder)).toEqual(['posix.system']);
    file('requirements.txt', 'scikit-learn\n');
    symlinkSync(join(folder, 'a'), join(folder, 'loop'));
    expect(await oddIn(folder)).toEqual(['posix.system']);
  });

  it('is not known of a folder with more than is looked into', async () => {
    for (let number = 0; number < 41; number++) file(`part-${String(number)}.pkl`, HARMLESS);
    expect(await oddIn(folder)).toEqual(['what is not known']);
  });

  it('is nothing of numbers, texts and ONNX', async () => {
    for (const name of ['trees.txt', 'boost.json', 'README.md', 'MLmodel', 'net.onnx'])
      expect(await lookInto(engine, file(name, 'tree\n'))).toMatchObject({ suspicious: [], executes: false });
    expect(await lookInto(engine, file('one.pkl', HARMLESS))).toMatchObject({ suspicious: [], executes: true });
    expect((await lookInto(engine, join(folder, 'net.onnx'))).isOnnx).toBe(true);
  });
});
