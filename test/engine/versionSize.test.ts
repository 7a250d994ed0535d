/** What is large does not hold up what is small. */
import { truncateSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openRegistry, type Registry } from './versionSupport';

let registry: Registry;
beforeEach(async () => {
  // Nobody waits for the large one.
  vi.stubEnv('LOOPWRIGHT_VERSION_WAIT_MS', '10');
  registry = await openRegistry();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await registry.store.dispose();
});

it('keeps the files of a small model while those of huge ones are kept', async () => {
  const runId = await registry.runWith({ 'huge.bin': '', 'small.onnx': 'weights' });
  // Mostly holes: it takes no room, but each of its bytes is hashed.
  truncateSync(registry.artifact(runId, 'huge.bin'), 20e9);
  await registry.makeModel('fraud');
  const register = (path: string) => registry.create('fraud', `runs:/${runId}/${path}`, runId);
  await register('huge.bin');
  await register('huge.bin');
  await register('small.onnx');
  expect(await registry.ready('fraud', 3)).toMatchObject({ status: 'READY', status_message: '' });
  const states = await Promise.all([1, 2].map(async (version) => (await registry.version('fraud', version)).status));
  expect(states).toEqual(['PENDING_REGISTRATION', 'PENDING_REGISTRATION']);
});
