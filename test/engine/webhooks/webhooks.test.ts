/** Webhooks of a store with a real engine, and receivers on this machine: who hears what, and who hears nothing. */
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { addressesOf } from '../../../src/protocol/node/addresses';
import { exists, type TestStore, testStore, until } from '../support';
import { anything, type Client, outside } from '../trackingSupport';
import { type AnswerTo, isSignedWith, type Receiver, receiver } from './receiver';

const SECRET = 'hush-hush-4711';
const Webhook = z.object({
  webhook: z.object({
    webhook_id: z.string(),
    name: z.string(),
    url: z.string(),
    description: z.string().optional(),
    events: z.array(z.object({ entity: z.string(), action: z.string() })),
    status: z.string(),
    creation_timestamp: z.number(),
    last_updated_timestamp: z.number(),
  }),
});
const List = z.object({ webhooks: z.array(Webhook.shape.webhook), next_page_token: z.string().optional() });
const Result = z.object({
  result: z.object({
    success: z.boolean(),
    response_status: z.number().optional(),
    response_body: z.string().optional(),
    error_message: z.string().optional(),
  }),
});
const REGISTRY = [
  ['REGISTERED_MODEL', 'CREATED'],
  ['MODEL_VERSION', 'CREATED'],
  ['MODEL_VERSION_TAG', 'SET'],
  ['MODEL_VERSION_TAG', 'DELETED'],
  ['MODEL_VERSION_ALIAS', 'CREATED'],
  ['MODEL_VERSION_ALIAS', 'DELETED'],
].map(([entity, action]) => ({ entity, action }));

let store: TestStore;
let client: Client;
let receivers: Receiver[];
beforeEach(async () => {
  store = testStore();
  receivers = [];
  client = await outside((await store.open()).connection);
});
afterEach(async () => {
  for (const one of receivers) one.close();
  await store.dispose();
});

async function at(answer?: AnswerTo): Promise<Receiver> {
  const one = await receiver(answer);
  receivers.push(one);
  return one;
}
const make = async (url: string, rest: object = {}) =>
  (await client.post(Webhook, 'webhooks', { name: 'team', url, events: REGISTRY, ...rest })).webhook;
const test = async (id: string, body: object = {}) => (await client.post(Result, `webhooks/${id}/test`, body)).result;
const model = (name: string) => client.post(anything, 'registered-models/create', { name });
const change = async (id: string, body: object) => {
  const response = await client.call('PATCH', `webhooks/${id}`, body);
  return Webhook.parse(await response.json()).webhook;
};
const refused = async (method: string, path: string, body?: object) => {
  const response = await client.call(method, path, body);
  return { status: response.status, ...((await response.json()) as { error_code: string; message: string }) };
};
async function stop(): Promise<void> {
  const { connection, hello } = await store.open();
  await connection.request('engine/stop', { reason: 'user' });
  await until('the engine ends', () => !exists(hello.engine.pid));
}
const engineLog = () => readFileSync(addressesOf(store.paths.root).engineLog, 'utf8');

describe('a receiver', () => {
  it('hears of models, versions, aliases and tags, signed; of stages nobody hears in MLflow either', async () => {
    const there = await at();
    await make(there.url, { secret: SECRET });
    await client.post(anything, 'registered-models/create', {
      name: 'fraud',
      description: 'who pays',
      tags: [{ key: 'team', value: 'risk' }],
    });
    await client.post(anything, 'model-versions/create', { name: 'fraud', source: 's3://b/m', run_id: 'r1' });
    await client.post(anything, 'registered-models/alias', { name: 'fraud', alias: 'champion', version: '1' });
    await client.post(anything, 'model-versions/set-tag', { name: 'fraud', version: '1', key: 'k', value: 'v' });
    await client.post(anything, 'model-versions/transition-stage', { name: 'fraud', version: '1', stage: 'Staging' });
    await client.call('DELETE', 'model-versions/delete-tag', { name: 'fraud', version: '1', key: 'k' });
    await client.call('DELETE', 'registered-models/alias', { name: 'fraud', alias: 'champion' });
    await until('all have come', () => there.received.length === 6);
    expect(there.received.map(({ entity, action, data }) => [`${entity}.${action}`, data])).toEqual([
      ['registered_model.created', { name: 'fraud', tags: { team: 'risk' }, description: 'who pays' }],
      [
        'model_version.created',
        { name: 'fraud', version: '1', source: 's3://b/m', run_id: 'r1', tags: {}, description: null },
      ],
      ['model_version_alias.created', { name: 'fraud', alias: 'champion', version: '1' }],
      ['model_version_tag.set', { name: 'fraud', version: '1', key: 'k', value: 'v' }],
      ['model_version_tag.deleted', { name: 'fraud', version: '1', key: 'k' }],
      ['model_version_alias.deleted', { name: 'fraud', alias: 'champion' }],
    ]);
    expect(there.received.every((one) => isSignedWith(SECRET, one))).toBe(true);
    expect(new Set(there.received.map(({ headers }) => headers['x-mlflow-delivery-id'])).size).toBe(6);
  });

  it('hears only what its webhook asks for, and nothing of what was refused or is a prompt', async () => {
    const there = await at();
    await make(there.url, { events: REGISTRY.slice(0, 1) });
    await model('a');
    expect((await refused('POST', 'registered-models/create', { name: 'a' })).error_code).toBe(
      'RESOURCE_ALREADY_EXISTS',
    );
    await client.post(anything, 'model-versions/create', { name: 'a', source: 's3://b/m' });
    const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }];
    await client.post(anything, 'registered-models/create', { name: 'hello', tags });
    await model('b');
    await until('both have come', () => there.received.length === 2);
    expect(there.received.map(({ data }) => data)).toEqual([
      { name: 'a', tags: {}, description: '' },
      { name: 'b', tags: {}, description: '' },
    ]);
    expect(there.received[0]?.headers).not.toHaveProperty('x-mlflow-signature');
  });

  it('that is busy is asked again, one that refuses is not', async () => {
    const busy = await at((response, count) => response.writeHead(count === 1 ? 503 : 200).end());
    const refusing = await at((response) => response.writeHead(400).end());
    await make(busy.url);
    await make(refusing.url, { name: 'other' });
    await model('a');
    await until('it is asked again', () => busy.received.length === 2);
    expect(busy.received[1]?.headers['x-mlflow-delivery-id']).toBe(busy.received[0]?.headers['x-mlflow-delivery-id']);
    expect(refusing.received).toHaveLength(1);
    expect(engineLog()).toMatch(/webhook "other" .*not delivered, the receiver answered 400/);
  });

  it('that hangs slows nobody: no client, no other receiver, not the end of the engine', async () => {
    const hanging = await at(() => undefined);
    const there = await at();
    await make(hanging.url, { name: 'hanging' });
    await make(there.url);
    const begun = performance.now();
    for (let n = 0; n < 20; n++) await model(`m${String(n)}`);
    expect(performance.now() - begun).toBeLessThan(10_000);
    await until('the other one has all', () => there.received.length === 20);
    expect(hanging.received).toHaveLength(1);
    const ending = performance.now();
    await stop();
    expect(performance.now() - ending).toBeLessThan(10_000);
    expect(engineLog()).toMatch(/\d+ deliveries are given up, the engine ends/);
  });
});

describe('a webhook', () => {
  it('is listed, changed and deleted, and its secret never told', async () => {
    const made = await make('https://example.com/hook', { secret: SECRET, description: 'ours' });
    expect(made).toMatchObject({ name: 'team', status: 'ACTIVE', description: 'ours', events: REGISTRY });
    const other = await make('https://example.com/two', { name: 'two', secret: SECRET });
    const pages = [await client.get(List, 'webhooks?max_results=1')];
    pages.push(await client.get(List, `webhooks?max_results=1&page_token=${pages[0]?.next_page_token ?? ''}`));
    expect(pages.flatMap(({ webhooks }) => webhooks.map(({ name }) => name))).toEqual(['two', 'team']);
    expect(pages[1]?.next_page_token).toBeUndefined();
    const changed = await change(made.webhook_id, { name: 'renamed', status: 'DISABLED', secret: 'hush-hush-4712' });
    expect(changed).toMatchObject({ name: 'renamed', status: 'DISABLED', url: made.url, description: 'ours' });
    expect(changed.last_updated_timestamp).toBeGreaterThan(made.last_updated_timestamp);
    const texts = await Promise.all(
      ['webhooks', `webhooks/${made.webhook_id}`].map(async (path) => (await client.call('GET', path)).text()),
    );
    expect([JSON.stringify([made, other, changed]), ...texts].join()).not.toContain('hush-hush');
    expect((await client.call('DELETE', `webhooks/${made.webhook_id}`)).status).toBe(200);
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/test'],
    ] as const)
      expect(await refused(method, `webhooks/${made.webhook_id}${path}`, method === 'GET' ? undefined : {})).toEqual({
        status: 404,
        error_code: 'RESOURCE_DOES_NOT_EXIST',
        message: `Webhook with ID ${made.webhook_id} not found.`,
      });
  });

  it('has its secret in the state folder alone, for this user', async () => {
    const there = await at();
    await make(there.url, { secret: SECRET });
    await model('a');
    await until('it has come', () => there.received.length === 1);
    const filesOf = (folder: string) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    const having = (folder: string) => filesOf(folder).filter((file) => readFileSync(file).includes('hush-hush'));
    expect(having(store.folder)).toEqual([]);
    const kept = having(process.env.LOOPWRIGHT_STATE_DIR ?? '');
    expect(kept).toHaveLength(1);
    expect(statSync(kept[0] ?? '').mode & 0o777).toBe(0o600);
  });

  it.each([
    [{ name: '-' }, /^Webhook name '-' is invalid/],
    [{ url: 'http://example.com/' }, /^Invalid webhook URL scheme/],
    [{ url: 'https://192.168.1.1/' }, /non-public IP address/],
    [{ events: [] }, /^Webhook events cannot be empty/],
    [
      { events: [{ entity: 'MODEL_VERSION', action: 'UPDATED' }] },
      /^Invalid action 'updated' for entity 'model_version'. Valid actions are: \['created'\]/,
    ],
    [{ events: [{ entity: 'NOTHING', action: 'CREATED' }] }, /^Unknown entity/],
    [{ secret: { hush: SECRET } }, /^Parameter 'secret' must be text/],
    [{ status: 'ASLEEP' }, /status/],
  ])('is not made of %j', async (wrong, message) => {
    const body = { name: 'team', url: 'https://example.com/', events: REGISTRY, ...wrong };
    const answer = await refused('POST', 'webhooks', body);
    expect(answer).toMatchObject({ status: 400, error_code: 'INVALID_PARAMETER_VALUE' });
    expect(answer.message).toMatch(message);
    expect(answer.message).not.toContain(SECRET);
    expect((await client.get(List, 'webhooks')).webhooks).toEqual([]);
  });

  it('may ask for what never happens here, as for prompts', async () => {
    const events = [{ entity: 'PROMPT', action: 'CREATED' }];
    expect((await make('https://example.com/', { events })).events).toEqual(events);
  });

  it('that is disabled delivers nothing until it is active again', async () => {
    const there = await at();
    const { webhook_id: id } = await make(there.url, { status: 'DISABLED' });
    await model('a');
    await change(id, { status: 'ACTIVE' });
    await model('b');
    await until('the second has come', () => there.received.length === 1);
    expect(there.received[0]?.data).toMatchObject({ name: 'b' });
  });

  it('signs with another secret, or not at all, once it is told to', async () => {
    const there = await at();
    const { webhook_id: id } = await make(there.url, { secret: SECRET });
    await change(id, { secret: 'another' });
    await test(id);
    await change(id, { description: 'still signed' });
    await test(id);
    await change(id, { secret: '' });
    await test(id);
    const [first, second, third] = there.received;
    expect([first, second].map((one) => one && isSignedWith('another', one))).toEqual([true, true]);
    expect(third?.headers).not.toHaveProperty('x-mlflow-signature');
  });

  it('is tried out with an example, and says what the receiver answers', async () => {
    const there = await at((response, count) => response.writeHead(count < 3 ? 200 : 302, { Location: '/' }).end('ok'));
    const { webhook_id: id } = await make(there.url);
    expect(await test(id)).toEqual({ success: true, response_status: 200, response_body: 'ok' });
    await test(id, { event: { entity: 'MODEL_VERSION_TAG', action: 'SET' } });
    expect(there.events).toEqual(['registered_model.created', 'model_version_tag.set']);
    expect(there.received[1]?.data).toEqual({
      name: 'example_model',
      version: '1',
      key: 'example_key',
      value: 'example_value',
    });
    expect(await test(id)).toMatchObject({ success: false, response_status: 302 });
    there.close();
    const { success, error_message: message } = await test(id);
    expect(success).toBe(false);
    expect(message).toMatch(/ECONNREFUSED/);
  });

  it('is there after the engine was killed, and delivers', async () => {
    const there = await at();
    const made = await make(there.url, { secret: SECRET });
    const { hello } = await store.open();
    process.kill(hello.engine.pid, 'SIGKILL');
    await until('it is gone', () => !exists(hello.engine.pid));
    client = await outside((await store.open()).connection);
    expect((await client.get(List, 'webhooks')).webhooks).toEqual([made]);
    await model('a');
    await until('it has come', () => there.received.length === 1);
    expect(there.received.every((one) => isSignedWith(SECRET, one))).toBe(true);
  });
});

it('is in a database that is made again', async () => {
  const there = await at();
  const made = await make(there.url, { secret: SECRET });
  const gone = await make(there.url, { name: 'gone' });
  await client.call('DELETE', `webhooks/${gone.webhook_id}`);
  await stop();
  rmSync(store.paths.database);
  client = await outside((await store.open()).connection);
  // What is read meanwhile is read from a database that has not everything yet.
  const webhooks = await until('it is made', async () => {
    const { webhooks: found } = await client.get(List, 'webhooks');
    return found.length > 0 && found;
  });
  expect(webhooks).toEqual([made]);
  expect((await test(made.webhook_id)).success).toBe(true);
});

describe('a store that came from elsewhere', () => {
  it('tells nobody anything, and says why, until its webhook is given its URL and secret here', async () => {
    const there = await at();
    const made = await make(there.url, { secret: SECRET });
    const unsigned = await make(there.url, { name: 'unsigned' });
    await stop();
    const origin = store;
    // Its state folder is that of another user: it has neither the adoption nor the secrets.
    store = testStore();
    cpSync(origin.paths.root, store.paths.root, { recursive: true });
    const copy = await store.open();
    await copy.connection.request('store/adopt', {});
    client = await outside(copy.connection);
    expect((await client.get(List, 'webhooks')).webhooks.map(({ name }) => name)).toEqual(['unsigned', 'team']);
    await model('a');
    for (const { webhook_id: id } of [made, unsigned])
      expect(await test(id)).toEqual({
        success: false,
        error_message: expect.stringMatching(/was not made by you on this machine/),
      });
    // Another name makes it nobody's own.
    await change(unsigned.webhook_id, { name: 'mine' });
    expect((await test(unsigned.webhook_id)).error_message).toMatch(/was not made by you/);
    await change(made.webhook_id, { url: there.url });
    expect((await test(made.webhook_id)).error_message).toMatch(/secret of this webhook is not on this machine/);
    await model('b');
    await sleep(500);
    expect(there.received).toEqual([]);
    expect(engineLog()).toMatch(/webhook "team": .*is not on this machine/s);
    await change(made.webhook_id, { secret: 'mine now' });
    await model('c');
    await until('it has come', () => there.received.length === 1);
    expect(there.received.every((one) => isSignedWith('mine now', one))).toBe(true);
    await origin.dispose();
  });
});

describe('a store that was changed by others', () => {
  it('sends nothing to another URL than the one that was given here', async () => {
    const [there, stranger] = [await at(), await at()];
    const { webhook_id: id } = await make(there.url);
    await stop();
    const db = new Database(store.paths.database);
    db.prepare('UPDATE webhooks SET url = ? WHERE webhook_id = ?').run(stranger.url, id);
    db.close();
    client = await outside((await store.open()).connection);
    await model('a');
    expect((await test(id)).error_message).toMatch(/changed in the store itself/);
    await sleep(300);
    expect([...there.received, ...stranger.received]).toEqual([]);
  });
});
