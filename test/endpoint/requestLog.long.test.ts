/** The log of requests in trouble: kills, a full disk, bounds of age and size, damage. */
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_LOG, type RequestLogSettings } from '../../src/protocol/endpoints';
import { lastRequests, type LoggedRequest, requestLogFolder, requestsIn } from '../../src/protocol/node/requestLog';
import { segmentsIn } from '../../src/protocol/node/requestLog/segments';
import { until } from '../engine/support';
import { classifier } from './models';
import { endpoint, type Running } from './support';

const place = mkdtempSync(join(tmpdir(), 'lw-log-trouble-'));
const model = join(place, 'model.onnx');
writeFileSync(model, classifier());
const small = mkdtempSync(join(tmpdir(), 'lw-small-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', small]).status === 0;
afterAll(() => {
  if (isMounted) execFileSync('umount', ['-l', small]);
  for (const folder of [place, small]) rmSync(folder, { recursive: true, force: true });
});

const serve = (store: string, settings: Partial<RequestLogSettings> = {}) =>
  endpoint(model, { store, requestLog: { ...DEFAULT_LOG, ...settings } });
const all = async (store: string) => {
  const found: LoggedRequest[] = [];
  for await (const one of requestsIn(requestLogFolder(store, 'model'))) found.push(one);
  return found;
};
const infer = (served: Running, id: string, rows = 1) =>
  served.post('/v2/models/model/infer', {
    id,
    inputs: [{ name: 'x', shape: [rows, 3], datatype: 'FP32', data: new Array(rows * 3).fill(1) }],
  });
const counted = async (served: Running, name: string) => {
  const text = await (await fetch(`${served.url}/metrics`)).text();
  return Number(new RegExp(`^loopwright_${name}_total{.*} (\\d+)$`, 'm').exec(text)?.[1]);
};

describe('the log of requests', () => {
  it('has every label that was acknowledged, whenever it is killed', async () => {
    const store = join(place, 'killed');
    const acknowledged = new Set<string>();
    for (let round = 0; round < 8; round++) {
      const served = await serve(store);
      let isOver = false;
      const clients = Array.from({ length: 8 }, async (_, client) => {
        for (let at = 0; !isOver; at++) {
          const id = `${String(round)}-${String(client)}-${String(at)}`;
          try {
            if ((await infer(served, id)).status !== 200) return;
            if ((await served.post('/feedback', { id, label: at })).status === 200) acknowledged.add(id);
          } catch {
            return; // it was killed
          }
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 200 + 170 * round));
      served.process.kill('SIGKILL');
      await once(served.process, 'exit');
      isOver = true;
      await Promise.all(clients);
    }
    const labelled = new Set((await all(store)).filter(({ label }) => label !== null).map(({ id }) => id));
    expect(acknowledged.size).toBeGreaterThan(50);
    expect([...acknowledged].filter((id) => !labelled.has(id))).toEqual([]);
  });

  it.skipIf(!isMounted)(
    'is left out on a full disk, which is said once, counted, and over when there is space',
    async () => {
      const served = await serve(small);
      await infer(served, 'before');
      await until('it is written', async () => (await counted(served, 'requests_logged')) === 1);
      // All there is: what is left of a block of the file system may still be written.
      spawnSync('dd', ['if=/dev/zero', `of=${join(small, 'fill')}`, 'bs=4k', 'count=4000']);
      await until('some are left out', async () => {
        expect((await infer(served, 'meanwhile', 300)).status).toBe(200);
        return (await counted(served, 'requests_dropped')) > 2;
      });
      const label = await served.post('/feedback', { id: 'before', label: 'x'.repeat(50_000) });
      expect([label.status, label.body]).toEqual([503, expect.stringContaining('not kept')]);
      expect(served.log().match(/requests are not logged/g)).toHaveLength(1);
      rmSync(join(small, 'fill'));
      await infer(served, 'after');
      expect((await served.post('/feedback', { id: 'before', label: 1 })).status).toBe(200);
      await served.end();
      const found = await all(small);
      expect(found.find(({ id }) => id === 'before')?.label).toMatchObject({ label: 1 });
      expect(found.map(({ id }) => id)).toContain('after');
    },
  );

  it('keeps no more than it may, and nothing that is older', async () => {
    const store = join(place, 'bounded');
    const served = await serve(store, { megabytes: 1 });
    for (let at = 0; at < 200; at++) await infer(served, String(at), 1300);
    await served.end();
    const folder = requestLogFolder(store, 'model');
    const size = () => segmentsIn(folder).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(size()).toBeGreaterThan(500_000);
    expect(size()).toBeLessThan(1.3 * 1024 * 1024);
    expect((await lastRequests(folder, 1))[0]?.id).toBe('199');
    expect((await all(store)).map(({ id }) => id)).not.toContain('0');

    const [oldest, ...others] = segmentsIn(folder);
    const past = Date.now() / 1000 - 8 * 86_400;
    utimesSync(oldest?.path ?? '', past, past);
    const again = await serve(store, { megabytes: 10 });
    await again.end();
    expect(segmentsIn(folder).map(({ number }) => number)).toEqual(others.map(({ number }) => number));
  });

  it('reads whatever damage there is without more than what stands before it', async () => {
    const store = join(place, 'damaged');
    const served = await serve(store);
    for (let at = 0; at < 6; at++) {
      await infer(served, String(at));
      await served.post('/feedback', { id: String(at), label: at });
    }
    await served.end();
    const [segment] = segmentsIn(requestLogFolder(store, 'model'));
    const whole = readFileSync(segment?.path ?? '');
    const ids = (await all(store)).map(({ id }) => id);
    expect(ids).toEqual(['0', '1', '2', '3', '4', '5']);
    const other = join(place, 'other');
    const folder = requestLogFolder(other, 'model');
    mkdirSync(folder, { recursive: true });
    copyFileSync(segment?.path ?? '', join(folder, '00000001.lwq'));
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(whole);
      const at = (round * 7919) % bytes.length;
      if (round % 3 === 0) writeFileSync(join(folder, '00000001.lwq'), bytes.subarray(0, at));
      else {
        bytes[at] = (bytes[at] ?? 0) ^ (1 + ((round * 31) % 255));
        writeFileSync(join(folder, '00000001.lwq'), bytes);
      }
      const found = (await all(other)).map(({ id }) => id);
      expect(found).toEqual(ids.slice(0, found.length));
    }
  });
});
