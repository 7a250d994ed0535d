/** Threads that compute: where one of them ends, nobody waits for it for ever. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Workers } from '../../src/drift/workers';

const folder = mkdtempSync(join(tmpdir(), 'lw-drift-workers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a thread that ends takes the comparison with it, whatever is asked of it afterwards', async () => {
  const file = join(folder, 'ends.cjs');
  writeFileSync(
    file,
    "require('node:worker_threads').parentPort.on('message', () => { throw new Error('out of luck'); });",
  );
  const workers = new Workers(file, 1);
  const nothing = { rows: 0, columns: 0, data: new Float64Array(0) };
  const asked = { names: [], reference: nothing, current: nothing, seed: 1, falseAlarms: 0.05 };
  const first = workers.compute('whole', asked, []);
  const second = workers.compute('whole', asked, []);
  const room = workers.room();
  await expect(first).rejects.toThrow('out of luck');
  await expect(second).rejects.toThrow('out of luck');
  await expect(room).rejects.toThrow('out of luck');
  await expect(workers.compute('whole', asked, [])).rejects.toThrow('out of luck');
  await workers.close();
});
