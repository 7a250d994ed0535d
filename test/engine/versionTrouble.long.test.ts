/** Keeping the files of versions where that takes long, is cut off, or has no room. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { exists, fillUp, type TestStore, testStore, until } from './support';
import { begin } from './trackingSupport';
import { openRegistry, type Registry } from './versionSupport';

let store: TestStore;
afterEach(() => store.dispose());

async function opened(parent?: string): Promise<{ connection: EngineConnection; registry: Registry }> {
  store = parent === undefined ? testStore() : testStore(parent);
  return again();
}

const again = async (): Promise<{ connection: EngineConnection; registry: Registry }> => {
  const registry = await openRegistry(store);
  return { connection: registry.connection, registry };
};

const GB = 1024 ** 3;
const sourceOf = (runId: string) => `mlflow-artifacts:/0/${runId}/artifacts/model`;

/** A run with a large model, nearly all of which is holes. */
async function runWithHugeModel(registry: Registry, sizeBytes: number): Promise<string> {
  const runId = await registry.runWith({ 'model/MLmodel': 'flavors: {}', 'model/weights.bin': 'begin' });
  truncateSync(registry.artifact(runId, 'model/weights.bin'), sizeBytes);
  await registry.makeModel('fraud');
  return runId;
}

const drafts = () => (existsSync(store.paths.drafts) ? readdirSync(store.paths.drafts) : []);
const row = async (connection: EngineConnection) =>
  (await connection.request('registry/version', { name: 'fraud', which: 1 })).version;

describe('a large model', () => {
  beforeAll(() => {
    process.env.LOOPWRIGHT_VERSION_WAIT_MS = '50';
  });
  afterAll(() => {
    delete process.env.LOOPWRIGHT_VERSION_WAIT_MS;
  });

  it('is pending until its files are kept, and holds up nobody meanwhile', async () => {
    const { connection, registry } = await opened();
    const runId = await runWithHugeModel(registry, 2 * GB);
    expect(await registry.create('fraud', sourceOf(runId), runId)).toMatchObject({ status: 'PENDING_REGISTRATION' });
    // Until then it is loaded from where it was.
    expect(await registry.downloadUri('fraud', 1)).toBe(sourceOf(runId));
    let slowestMs = 0;
    let asked = 0;
    while ((await row(connection)).status === 'PENDING_REGISTRATION') {
      const beganMs = performance.now();
      await begin(registry.client);
      await connection.request('runs/list', {});
      slowestMs = Math.max(slowestMs, performance.now() - beganMs);
      asked++;
    }
    expect(asked).toBeGreaterThan(2);
    expect(slowestMs).toBeLessThan(3000);
    expect(await registry.version('fraud', 1)).toMatchObject({ status: 'READY' });
    // Its holes are none the fuller for it.
    const { size, blocks } = statSync(join(await registry.folderOf('fraud', 1), 'weights.bin'));
    expect([size, blocks * 512 < GB / 100]).toEqual([2 * GB, true]);
    expect(drafts()).toEqual([]);
  });

  it('is kept by the next engine where one was killed in the middle of it', async () => {
    const { connection, registry } = await opened();
    const runId = await runWithHugeModel(registry, GB);
    expect(await registry.create('fraud', sourceOf(runId), runId)).toMatchObject({ status: 'PENDING_REGISTRATION' });
    const { pid } = await connection.request('engine/status', {});
    await until('it is being copied', () => drafts().length === 1);
    const [job = 0] = childrenOf(pid).filter((child) => commandOf(child).includes('job.js'));
    expect(job).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    await until('the engine and its job are gone', () => !exists(pid) && !exists(job));
    expect(registry.kept()).toEqual([]);

    const next = await again();
    expect(await next.registry.ready('fraud', 1)).toMatchObject({ status: 'READY', status_message: '' });
    expect(await next.registry.load('fraud', 1, 'MLmodel')).toEqual({ status: 200, text: 'flavors: {}' });
    expect((await row(next.connection)).digest).toMatch(/^[0-9a-f]{64}$/);
    const { versions } = await next.connection.request('registry/verify', { name: 'fraud', which: 1 });
    expect(versions).toMatchObject([{ state: 'whole', fileCount: 2, sizeBytes: GB + 11, problems: [] }]);
    expect(drafts()).toEqual([]);
  });
});

const childrenOf = (pid: number): number[] =>
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(Number);
const commandOf = (pid: number): string => readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8');

describe('a full disk', () => {
  const small = mkdtempSync(join(tmpdir(), 'lw-small-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', small]).status === 0;
  afterAll(() => {
    if (isMounted) execFileSync('umount', ['-l', small]);
    rmSync(small, { recursive: true, force: true });
  });

  it.skipIf(!isMounted)('fails the version with the reason, and leaves its source as it was', async () => {
    const { connection, registry } = await opened(small);
    const runId = await registry.runWith({ 'model/MLmodel': 'flavors: {}', 'model/weights.bin': '' });
    writeFileSync(registry.artifact(runId, 'model/weights.bin'), Buffer.alloc(4_000_000, 'x'));
    await registry.makeModel('fraud');
    const filler = join(small, 'filler');
    fillUp(filler);
    truncateSync(filler, statSync(filler).size - 2_000_000);

    const made = await registry.create('fraud', sourceOf(runId), runId);
    expect(made).toMatchObject({ version: '1', source: sourceOf(runId) });
    expect(await registry.ready('fraud', 1)).toMatchObject({
      status: 'FAILED_REGISTRATION',
      status_message: expect.stringMatching(/the disk that holds the store is full.*register it again/),
    });
    expect(await row(connection)).toMatchObject({ status: 'FAILED_REGISTRATION', digest: null });
    expect([registry.kept(), drafts()]).toEqual([[], []]);
    expect(await registry.downloadUri('fraud', 1)).toBe(sourceOf(runId));
    expect(await registry.load('fraud', 1, 'MLmodel')).toEqual({ status: 200, text: 'flavors: {}' });

    unlinkSync(filler);
    const second = await registry.create('fraud', sourceOf(runId), runId);
    expect(await registry.ready('fraud', second.version)).toMatchObject({ version: '2', status: 'READY' });
    // The run of the first is not freed: its files are there only.
    await connection.request('runs/delete', { runIds: [runId] });
    expect((await registry.freeSpace()).kept).toEqual({ registered: 1 });
  });
});
