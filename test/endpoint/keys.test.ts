/** Who may ask an endpoint, and load and unload its model. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standingOf } from '../../src/endpoint/key';
import { readKey } from '../../src/protocol/node/endpointKey';
import { GrpcClient } from './grpcClient';
import { classifier } from './models';
import { endpoint, type Running } from './support';

const store = mkdtempSync(join(tmpdir(), 'lw-keys-'));
const file = join(store, 'classifier.onnx');
let served: Running;
let key: string;
beforeAll(async () => {
  writeFileSync(file, classifier());
  served = await endpoint(file, { store, key: 'new', host: '0.0.0.0' });
  key = readKey(store, 'model') ?? '';
});
afterAll(async () => {
  await served.end();
  rmSync(store, { recursive: true, force: true });
});

const infer = { inputs: [{ name: 'x', shape: [1, 3], datatype: 'FP32', data: [0, 0, 9] }] };
const get = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${served.url}${path}`, { headers });
  return { status: answer.status, body: await answer.text(), headers: answer.headers };
};

describe('an endpoint with a key', () => {
  it('is asked with it, in each of the documented ways, and with no other', async () => {
    expect(key).toMatch(/^lwk_[\w-]{43}$/);
    expect(statSync(join(store, 'endpoints/model/key')).mode & 0o777).toBe(0o600);
    const other = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`;
    const post = async (headers: Record<string, string>) =>
      (await served.post('/v2/models/model/infer', infer, headers)).status;
    for (const headers of [{ Authorization: `bearer ${key}` }, { 'X-API-Key': key }, { 'api-key': key }])
      expect(await post(headers as Record<string, string>)).toBe(200);
    for (const headers of [
      {},
      { Authorization: key },
      { Authorization: `Bearer ${other}` },
      { 'X-API-Key': `${key}x` },
    ])
      expect(await post(headers as Record<string, string>)).toBe(401);
    expect(standingOf(null, () => undefined)).toBe('none');
  });

  it('refuses others in the words of each protocol, tells them no name, and answers probes', async () => {
    const bodies: [string, object][] = [
      ['/v2/models/model/infer', { error: expect.any(String) }],
      ['/v1/models/model:predict', { error: expect.any(String) }],
      ['/invocations', { error_code: 'UNAUTHENTICATED', message: expect.any(String) }],
      ['/predictions/model', { code: 401, type: 'InvalidKeyException', message: expect.any(String) }],
      ['/score', { message: expect.any(String) }],
      ['/feedback', { error: expect.any(String) }],
      ['/nowhere', { error: expect.any(String) }],
    ];
    for (const [path, body] of bodies) {
      const answer = await served.post(path, infer);
      expect([path, answer.status, JSON.parse(answer.body)]).toEqual([path, 401, body]);
      expect(answer.body).not.toContain('model/');
    }
    for (const path of ['/metrics', '/openapi.json', '/v2', '/v2/models/model', '/v1/models'])
      expect((await get(path)).status).toBe(401);
    expect((await get('/metrics')).headers.get('www-authenticate')).toBe('Bearer');
    for (const path of ['/v2/health/live', '/v2/health/ready', '/ping', '/health'])
      expect((await get(path)).status).toBe(200);
    expect(JSON.parse((await get('/')).body)).toEqual({ status: 'alive' });
    expect(JSON.parse((await get('/', { 'api-key': key })).body)).toMatchObject({ model: 'model', key: true });
  });

  it('is asked for it by gRPC, too, but for what probes ask', async () => {
    const client = new GrpcClient(served.url);
    try {
      const ask = (method: string, headers: Record<string, string> = {}) =>
        client.raw(`/inference.GRPCInferenceService/${method}`, Buffer.alloc(0), { headers });
      await expect(ask('ServerMetadata')).rejects.toMatchObject({
        code: status.UNAUTHENTICATED,
        details: expect.stringContaining('X-API-Key') as string,
      });
      await expect(ask('ServerMetadata', { authorization: `Bearer ${key}x` })).rejects.toMatchObject({
        code: status.UNAUTHENTICATED,
      });
      await expect(ask('ModelInfer')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
      expect((await ask('ServerMetadata', { authorization: `Bearer ${key}` })).toString()).toContain('loopwright');
      expect(await ask('ServerReady')).toHaveLength(2);
      expect(await client.raw('/grpc.health.v1.Health/Check', Buffer.alloc(0))).toHaveLength(2);
    } finally {
      client.close();
    }
  });

  it('is asked under any name beyond this machine, and by no page', async () => {
    const raw = (headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const asked = request(`${served.url}/v2/models/model`, { headers }, (answer) =>
          resolve(answer.resume().statusCode ?? 0),
        );
        asked.once('error', reject).end();
      });
    expect(await raw({ Host: 'models.example', 'X-API-Key': key })).toBe(200);
    expect(await raw({ Host: 'models.example', Origin: 'http://models.example', 'X-API-Key': key })).toBe(403);
  });

  it('unloads its model when what has begun is answered, and loads it again', async () => {
    const access = { 'X-API-Key': key };
    const ask = () => served.post('/v2/models/model/infer', infer, access);
    const change = (path: string, headers: Record<string, string> = access) =>
      served.post(`/v2/repository/models/${path}`, {}, headers);
    expect((await change('model/unload', {})).status).toBe(401);
    expect((await change('other/unload')).status).toBe(404);
    const under = Array.from({ length: 20 }, ask);
    await Promise.race(under);
    const unloaded = change('model/unload');
    expect((await unloaded).status).toBe(200);
    for (const { status, body } of await Promise.all(under))
      expect([200, body.includes('is unloaded') ? status : 0]).toContain(status);
    expect((await get('/v2/models/model/ready', access)).status).toBe(503);
    expect((await get('/v2/health/live')).status).toBe(200);
    const down = await ask();
    expect([down.status, down.body]).toEqual([503, expect.stringContaining('The model model is unloaded')]);
    expect((await change('model/load')).status).toBe(200);
    expect((await get('/v2/models/model/ready', access)).status).toBe(200);
    expect((await ask()).status).toBe(200);
    expect((await change('model/load')).status).toBe(200);
  });
});

describe('an endpoint without a key', () => {
  it('stays on this machine, and loads and unloads nothing', async () => {
    await expect(endpoint(file, { host: '0.0.0.0' })).rejects.toThrow('--key');
    const plain = await endpoint(file);
    try {
      const refused = await plain.post('/v2/repository/models/model/unload', {});
      expect([refused.status, refused.body]).toEqual([403, expect.stringContaining('--key')]);
      expect((await plain.post('/v2/models/model/infer', infer)).status).toBe(200);
    } finally {
      await plain.end();
    }
  });
});
