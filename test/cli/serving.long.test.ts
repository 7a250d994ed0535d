import { existsSync, readdirSync, writeFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { classifier, columns, leaningClassifier } from '../endpoint/models';
import { until } from '../engine/support';
import { workplace, type Workplace } from './support';

const Served = z.strictObject({
  endpoint: z.string(),
  url: z.string(),
  model: z.string(),
  version: z.string(),
  file: z.string(),
  digest: z.string().nullable(),
  pid: z.number(),
  batches: z.boolean(),
  threads: z.number(),
  batchRows: z.number(),
  store: z.object({ path: z.string() }),
});
const Listed = z.object({
  endpoints: z.array(z.object({ endpoint: z.string(), url: z.string(), version: z.string(), pid: z.number() })),
});

const SCRIPT = `
import loopwright
loopwright.artifact("model.onnx")
`;

describe('serve', () => {
  let place: Workplace;
  beforeEach(() => {
    place = workplace({ capture: false });
    process.env.LOOPWRIGHT_VERSION_WAIT_MS = '30000';
  });
  afterEach(() => place.dispose());

  const files = () => {
    place.write('train.py', SCRIPT);
    writeFileSync(join(place.store, '../model.onnx'), classifier());
  };

  it('serves a file until it is told to end', async () => {
    files();
    const calling = place.start(['--json', 'serve', 'model.onnx']);
    const line = await until('it answers', () => /^{.*}$/m.exec(calling.seen().stdout)?.[0]);
    const served = Served.parse(JSON.parse(line));
    expect(served).toMatchObject({ endpoint: 'model', model: 'model.onnx', version: '1', digest: null, batches: true });
    expect(await (await fetch(`${served.url}/v2/health/ready`)).json()).toEqual({ ready: true });
    const again = await place.refusal(['serve', 'model.onnx']);
    expect([again.exitCode, again.message]).toEqual([2, expect.stringContaining('serves model.onnx already')]);
    calling.process.kill('SIGTERM');
    expect((await calling.end).code).toBe(0);
    expect(existsSync(join(place.store, 'endpoints/model/endpoint.json'))).toBe(false);
  });

  it('serves a version that is as registered, stays, and is found by others', async () => {
    files();
    await place.call(['run', 'train.py']);
    const registered = await place.call(['models', 'register', 'latest', 'model.onnx', 'fraud']);
    expect([registered.code, registered.stderr]).toEqual([0, expect.stringContaining('fraud/1 is registered')]);
    await place.call(['models', 'alias', 'fraud/1', 'champion']);
    const served = await place.json(Served, ['serve', 'fraud@champion', '--detach']);
    expect(served).toMatchObject({ endpoint: 'fraud', model: 'fraud', version: '1', batches: true });
    expect(served.digest).toMatch(/^[0-9a-f]{64}$/);
    try {
      const asked = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"inputs": [[0, 9, 0]]}',
      };
      expect(await (await fetch(`${served.url}/invocations`, asked)).text()).toMatch(/^{"predictions":{"label":\[1\],/);
      expect((await place.json(Listed, ['endpoints', 'list'])).endpoints).toEqual([
        { endpoint: 'fraud', url: served.url, version: '1', pid: served.pid },
      ]);
      await place.call(['engine', 'stop']);
      expect((await place.json(Listed, ['endpoints', 'list'])).endpoints).toHaveLength(1);
    } finally {
      expect((await place.call(['endpoints', 'stop', 'fraud'])).code).toBe(0);
    }
    expect((await place.json(Listed, ['endpoints', 'list'])).endpoints).toEqual([]);

    const models = join(place.store, 'models');
    const [kept = ''] = readdirSync(models).filter((name) => name.startsWith('v-'));
    const file = join(models, kept, 'artifacts/model.onnx');
    chmodSync(file, 0o644);
    writeFileSync(file, 'other');
    const changed = await place.refusal(['serve', 'fraud']);
    expect(changed.message).toMatch(/^The files of fraud\/1 are not what was registered: model\.onnx is not the file/);
  });

  it('puts another model behind an endpoint, and says first what would be otherwise', async () => {
    files();
    await place.call(['run', 'train.py']);
    await place.call(['models', 'register', 'latest', 'model.onnx', 'fraud']);
    await place.call(['serve', 'fraud', '--detach']);
    writeFileSync(join(place.store, '../model.onnx'), leaningClassifier([0, 1, 0]));
    await place.call(['models', 'register', 'model.onnx', 'fraud']);
    const other = await place.json(z.object({ version: z.string(), unlike: z.null() }), [
      ...['endpoints', 'change', 'fraud', 'fraud/2'],
    ]);
    expect(other.version).toBe('2');
    expect((await place.json(Listed, ['endpoints', 'list'])).endpoints).toEqual([
      expect.objectContaining({ version: '2' }),
    ]);
    writeFileSync(join(place.store, '../columns.onnx'), columns());
    const unlike = await place.refusal(['endpoints', 'change', 'fraud', 'columns.onnx']);
    expect(unlike.message).toMatch(/^columns\.onnx takes .*in place of x \(FP32 \[\?, 3\]\).*--anyway/);
    expect((await place.call(['endpoints', 'change', 'fraud', 'columns.onnx', '--anyway'])).stderr).toContain(
      'fraud serves columns.onnx now.',
    );
    await place.call(['endpoints', 'stop', 'fraud']);
  });
});
