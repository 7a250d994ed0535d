import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Queue, Thread } from '../../src/engine/threads/calls';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lw-thread-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A worker that answers nothing, or ends. */
function thread(code: string, onDeath: (error: Error) => void = () => undefined, after?: Promise<void>) {
  const file = join(folder, 'worker.cjs');
  writeFileSync(file, code);
  return new Thread<{ ask: () => number }>(() => new Worker(file), { onDeath, ...(after ? { after } : {}) });
}

const SILENT = "require('node:worker_threads').parentPort.on('message', () => {})";

describe('what waits for a thread', () => {
  it('is rejected when the thread is ended', async () => {
    const silent = thread(SILENT);
    const asked = silent.call('ask');
    await Promise.all([expect(asked).rejects.toMatchObject({ code: 'engine_stopping' }), silent.end()]);
    await expect(silent.call('ask')).rejects.toMatchObject({ code: 'engine_stopping' });
  });

  it('is rejected when the thread dies, and its owner is told once', async () => {
    const deaths: string[] = [];
    const dying = thread(SILENT.replace('() => {}', "() => { throw new Error('out of luck') }"), ({ message }) => {
      deaths.push(message);
    });
    await expect(dying.call('ask')).rejects.toThrow('out of luck');
    await dying.end();
    expect(deaths).toEqual(['out of luck']);
  });
});

const ANSWERING = `const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ id }) => parentPort.postMessage({ id, value: id }));
parentPort.postMessage('ready');`;

describe('a thread that comes after another', () => {
  it('answers what was asked before there was a worker, in that order', async () => {
    const first = thread(ANSWERING);
    const second = thread(ANSWERING, undefined, first.ready);
    expect(await Promise.all([second.call('ask'), second.call('ask')])).toEqual([1, 2]);
    await Promise.all([first.end(), second.end()]);
  });

  it('comes also when the other dies, and not when it was ended before', async () => {
    const dying = thread("throw new Error('out of luck')");
    const [second, ended] = [thread(ANSWERING, undefined, dying.ready), thread(ANSWERING, undefined, dying.ready)];
    const asked = ended.call('ask');
    await Promise.all([expect(asked).rejects.toMatchObject({ code: 'engine_stopping' }), ended.end()]);
    expect(await second.call('ask')).toBe(1);
    await second.end();
  });
});

describe('a long call', () => {
  /** Answers with what waits when it begins, and when it ends: not before something does, if it is told so. */
  const LOOKING = `const { parentPort, workerData } = require('node:worker_threads');
const counts = new Int32Array(workerData);
parentPort.on('message', ({ id, params: waits }) => {
  Atomics.sub(counts, 0, 1);
  const before = Atomics.load(counts, 0);
  while (waits && Atomics.load(counts, 0) === 0) Atomics.wait(counts, 0, 0, 1);
  parentPort.postMessage({ id, value: [before, Atomics.load(counts, 0)] });
});
parentPort.postMessage('ready');`;

  it('sees that another was made, and nothing once that was come to', async () => {
    const file = join(folder, 'worker.cjs');
    writeFileSync(file, LOOKING);
    const queue = new Queue();
    const looking = new Thread<{ ask: (waits: boolean) => [number, number] }>(
      () => new Worker(file, { workerData: queue.memory }),
      { onDeath: () => undefined, queue },
    );
    const long = looking.call('ask', true);
    const other = looking.call('ask', false);
    expect((await long)[1]).toBe(1);
    expect(await other).toEqual([0, 0]);
    expect(queue.length).toBe(0);
    await looking.end();
  });
});
