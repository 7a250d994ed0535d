/** Clients of a store that can't take what they send: a full disk, and a body that stops half-way. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { fillUp, testStore, type TestStore, until } from './support';
import { anything, begin, type Client, experimentNamed, outside, Run } from './trackingSupport';

const Failure = z.object({ error_code: z.string(), message: z.string() });

/** What the client gets, and that it does not get it only after a while. */
async function refused(answer: Promise<Response>): Promise<{ status: number; code: string }> {
  const began = performance.now();
  const response = await answer;
  const { error_code: code, message } = Failure.parse(await response.json());
  expect(performance.now() - began).toBeLessThan(10_000);
  if (code === 'RESOURCE_EXHAUSTED') expect(message).toMatch(/disk .* is full.*Nothing of what was sent is kept/);
  return { status: response.status, code };
}

describe('a full disk', () => {
  const small = mkdtempSync(join(tmpdir(), 'lw-small-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', small]).status === 0;
  let full: TestStore;
  afterEach(() => full.dispose());
  afterAll(() => {
    if (isMounted) execFileSync('umount', ['-l', small]);
    rmSync(small, { recursive: true, force: true });
  });

  it.skipIf(!isMounted)('is said with an error that no client tries again, and leaves nothing half', async () => {
    full = testStore(small);
    const { connection } = await full.open();
    const client = await outside(connection);
    const experiment = await experimentNamed(client, 'here');
    const { run } = await begin(client, { experiment_id: experiment });
    const { run_id: runId } = run.info;
    const params = (from: number) =>
      Array.from({ length: 100 }, (_, i) => ({ key: `p${String(from + i)}`, value: 'v'.repeat(5_000) }));
    const log = (from: number) => client.call('POST', 'runs/log-batch', { run_id: runId, params: params(from) });
    const upload = (name: string) =>
      fetch(`${client.uri}/api/2.0/mlflow-artifacts/artifacts/${experiment}/${runId}/artifacts/${name}`, {
        method: 'PUT',
        headers: client.headers,
        body: Buffer.alloc(500_000, 'x'),
      });
    const filler = join(small, 'filler');
    fillUp(filler);
    const runsBefore = readdirSync(full.paths.runs);
    const exhausted = { status: 507, code: 'RESOURCE_EXHAUSTED' };
    expect(await refused(upload('large.bin'))).toEqual(exhausted);
    expect(await refused(log(0))).toEqual(exhausted);
    expect(await refused(client.call('POST', 'runs/create', { experiment_id: experiment }))).toEqual(exhausted);
    expect(await refused(client.call('POST', 'experiments/create', { name: 'x'.repeat(400) }))).toEqual(exhausted);
    expect(readdirSync(full.paths.runs)).toEqual(runsBefore);
    expect(readdirSync(full.paths.active)).toEqual([runId]);
    const artifacts = join(full.paths.runFolder(runId), 'artifacts');
    expect(existsSync(artifacts) ? readdirSync(artifacts) : []).toEqual([]);

    rmSync(filler);
    // What is sent again when there is room is new: nothing of the first time was kept.
    await until('there is room', async () => (await log(0)).ok);
    expect((await upload('large.bin')).status).toBe(200);
    expect((await client.get(Run, `runs/get?run_id=${runId}`)).run.data.params).toHaveLength(100);
    await begin(client, { experiment_id: await experimentNamed(client, 'x'.repeat(400)) });
    const listed = await client.post(z.object({ runs: z.array(z.unknown()) }), 'runs/search', {
      experiment_ids: [experiment],
    });
    expect(listed.runs).toHaveLength(1);
  });
});

describe('a body that stops half-way', () => {
  let store: TestStore;
  let client: Client;
  beforeAll(async () => {
    process.env.LOOPWRIGHT_BODY_PAUSE_MS = '1000';
    store = testStore();
    client = await outside((await store.open()).connection);
    delete process.env.LOOPWRIGHT_BODY_PAUSE_MS;
  });
  afterAll(() => store.dispose());

  /** What the server answers to a request that promises more than it sends, by the time it closes the connection. */
  function sendHalf(method: string, path: string): Promise<string> {
    const { port, host } = new URL(client.uri);
    const head = [
      `${method} ${path} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: ${client.headers.Authorization}`,
      'Content-Length: 1000',
    ];
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(`${head.join('\r\n')}\r\n\r\n{"run_id":`));
      socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
      socket.on('error', reject).on('close', () => {
        resolve(answer);
      });
    });
  }

  it('is given up, whatever it was for', async () => {
    const { run } = await begin(client);
    const artifact = `/api/2.0/mlflow-artifacts/artifacts/0/${run.info.run_id}/artifacts/half.bin`;
    const asked: [string, string][] = [
      ['POST', '/api/2.0/mlflow/runs/log-metric'],
      ['PUT', artifact],
    ];
    for (const [method, path] of asked) {
      const answer = await sendHalf(method, path);
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toContain('"error_code":"BAD_REQUEST"');
    }
    const folder = join(store.paths.runFolder(run.info.run_id), 'artifacts');
    await until('the draft is gone', () => readdirSync(folder).length === 0);
  });

  it('is not mistaken for an answer that takes its time, nor for a connection that rests', async () => {
    const { run } = await begin(client);
    const metric = { run_id: run.info.run_id, key: 'm', value: 1, timestamp: 1, step: 1 };
    await client.post(anything, 'runs/log-metric', metric);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await client.post(anything, 'runs/log-metric', metric);
  });
});
