import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Thread } from '../../src/engine/threads/calls';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lw-thread-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A worker that answers nothing, or ends. */
function thread(code: string, onDeath: (error: Error) => void = () => undefined) {
  const file = join(folder, 'worker.cjs');
  writeFileSync(file, code);
  return new Thread<{ ask: () => number }>(file, {}, { onDeath });
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
