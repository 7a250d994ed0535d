import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convertInto, onnxBeside, PackagesMissing, putFile } from '../../src/client/convert';
import { comparisonWords, type Converted, factsOf, isDoubtful } from '../../src/client/convert/conversion';
import { pythonPath, repository, until } from '../engine/support';

const parts = { folder: join(repository, 'python') };
const SAME = {
  compared: true,
  rows: 5,
  differs: false,
  equalClasses: 1,
  largest: 1e-8,
  largestRelative: 2e-7,
} as const;
const made = (comparison: Converted['comparison']): Converted => ({
  kind: 'sklearn',
  modelClass: 'sklearn.pipeline.Pipeline',
  converter: 'skl2onnx 1.20.0',
  bytes: 10,
  opsets: [
    { domain: 'ai.onnx', version: 17 },
    { domain: 'ai.onnx.ml', version: 3 },
  ],
  inputs: [],
  outputs: [],
  notes: [],
  comparison,
  seconds: 1,
});

describe('what is told of a conversion', () => {
  it('is how many rows came out the same, and by how much they differ', () => {
    expect(comparisonWords(SAME)).toBe(
      'It predicts the same as the original on 5 rows (classes equal in 100 %; largest difference 1e-8, relative 2e-7).',
    );
    const few = { ...SAME, differs: true, equalClasses: 0.9999, largest: null, largestRelative: null };
    expect(comparisonWords(few)).toBe(
      'It does not predict the same as the original on 5 rows (classes equal in 99.9 %).',
    );
    expect(comparisonWords({ compared: false, why: 'onnxruntime is not installed' })).toBe(
      'Its predictions were not compared: onnxruntime is not installed.',
    );
  });

  it('stays with the version, marked where the two differ', () => {
    const { tags, description } = factsOf(made(SAME), 'fraud v3');
    expect(description).toMatch(/^Converted from fraud v3 by skl2onnx 1\.20\.0\. It predicts the same/);
    expect(tags).toMatchObject({
      'loopwright.onnx.from': 'fraud v3',
      'loopwright.onnx.opset': 'ai.onnx 17, ai.onnx.ml 3',
      'loopwright.onnx.compared': 'same',
      'loopwright.onnx.equal_classes': '1',
    });
    const differs = made({ ...SAME, differs: true });
    expect([isDoubtful(differs), factsOf(differs, 'a').tags['loopwright.onnx.compared']]).toEqual([true, 'differs']);
    const unknown = factsOf(made({ compared: false, why: 'no example' }), 'a').tags;
    expect(unknown['loopwright.onnx.compared']).toBe('no');
    expect(Object.keys(unknown)).not.toContain('loopwright.onnx.rows');
  });
});

describe('a conversion', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lw-convert-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A real pickle that calls what is given when it is loaded. */
  function pickled(call: string): string {
    const path = join(folder, 'model.pkl');
    const script = `import os, pickle, sys, time, subprocess
class Model:
    def __reduce__(self): return ${call}
pickle.dump(Model(), open(sys.argv[1], 'wb'))`;
    execFileSync(pythonPath(), ['-c', script, path]);
    return path;
  }
  const convert = (model: string, options: { signal?: AbortSignal; timeLimitMs?: number } = {}) =>
    convertInto(
      join(folder, 'drafts'),
      pythonPath(),
      parts,
      { model, example: null, search: [] },
      { env: process.env, cwd: folder, ...options },
      () => null,
    );
  const left = () => readdirSync(join(folder, 'drafts'));

  it('names what is no model, and leaves nothing behind', async () => {
    await expect(convert(pickled(`(dict, ([('a', 1)],))`))).rejects.toMatchObject({
      code: 'bad_request',
      message: /^It holds a dict \(a\), no model\. Save the estimator by itself/,
    });
    writeFileSync(join(folder, 'notes.txt'), 'no tree');
    await expect(convert(join(folder, 'notes.txt'))).rejects.toThrow('notes.txt is no model of LightGBM');
    writeFileSync(join(folder, 'rows.csv'), 'a,b\n');
    await expect(convert(join(folder, 'rows.csv'))).rejects.toThrow('is no model of a form that is known here');
    expect(left()).toEqual([]);
  });

  it('names the packages that it needs, with the command that installs them', async () => {
    writeFileSync(join(folder, 'trees.txt'), 'tree\nversion=v4\n');
    const error: unknown = await convert(join(folder, 'trees.txt')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PackagesMissing);
    expect(error).toMatchObject({
      packages: ['lightgbm'],
      command: [pythonPath(), '-m', 'pip', 'install', 'lightgbm'],
    });
  });

  it('tells of a model that takes its process down', async () => {
    await expect(convert(pickled('(os._exit, (3,))'))).rejects.toThrow(
      'The process that loaded the model ended with exit code 3.',
    );
    expect(left()).toEqual([]);
  });

  it('ends one that takes too long', async () => {
    await expect(convert(pickled('(time.sleep, (600,))'), { timeLimitMs: 1500 })).rejects.toThrow(
      'model.pkl was not converted within 2 s.',
    );
    expect(left()).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('that is cancelled leaves no process and no file', async () => {
    const note = join(folder, 'pid');
    const shell = `sleep 600 & echo $! > ${note}.new; mv ${note}.new ${note}; wait`;
    const abort = new AbortController();
    const model = pickled(`(os.system, (${JSON.stringify(shell)},))`);
    const conversion = convert(model, { signal: abort.signal });
    const outcome = expect(conversion).rejects.toMatchObject({ code: 'cancelled' });
    await until('the model has started a process', () => existsSync(note));
    const pid = Number(readFileSync(note, 'utf8'));
    expect(isAlive(pid)).toBe(true);
    abort.abort();
    await outcome;
    await until('what it had started is gone', () => !isAlive(pid));
    expect(left()).toEqual([]);
  });

  it('never writes over a file that is there', () => {
    writeFileSync(join(folder, 'model.onnx'), 'new');
    const target = join(folder, 'there.onnx');
    expect(onnxBeside(join(folder, 'there.joblib'))).toBe(target);
    writeFileSync(target, 'old');
    expect(() => putFile(folder, target, false)).toThrow('is there already');
    expect(readFileSync(target, 'utf8')).toBe('old');
    putFile(folder, target, true);
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'there.onnx']);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that nobody has waited for yet is a zombie.
    return !/^State:\s+Z/m.test(
      existsSync(`/proc/${String(pid)}/status`) ? readFileSync(`/proc/${String(pid)}/status`, 'utf8') : '',
    );
  } catch {
    return false;
  }
}
