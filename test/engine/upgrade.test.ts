/** A store of an older form: who has to wait for it, and who can't read it. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addressesOf, adoptionFile } from '../../src/protocol/node/addresses';
import { bootId } from '../../src/protocol/node/processes';
import { makeStore, storeIdOf } from '../../src/protocol/node/storeFolder';
import { isUpgrading, whileUpgrading } from '../../src/protocol/node/upgrade';
import { migrate } from '../../src/engine/store/schema';
import { testStore, type TestStore } from './support';

let store: TestStore;
beforeEach(() => {
  store = testStore();
  makeStore(store.paths.root);
});
afterEach(() => store.dispose());

function makeOld(): void {
  const db = new Database(store.paths.database);
  migrate(db, undefined, 4);
  db.close();
}

it('is known to be upgraded for as long as that takes, also if it fails', () => {
  const addresses = addressesOf(store.paths.root);
  expect(isUpgrading(addresses)).toBe(false);
  const fail = () => {
    expect(isUpgrading(addresses)).toBe(true);
    throw new Error('disk full');
  };
  expect(() => whileUpgrading(addresses, fail)).toThrow('disk full');
  expect(isUpgrading(addresses)).toBe(false);
});

it('is upgraded by its engine, whatever an engine that was killed has left behind', async () => {
  makeOld();
  const { upgradeFile } = addressesOf(store.paths.root);
  writeFileSync(upgradeFile, JSON.stringify({ pid: 2 ** 22 + 1, start: '1', boot: bootId() }));
  const { hello, connection } = await store.open();
  expect(hello.store.state).toBe('ready');
  expect(existsSync(upgradeFile)).toBe(false);
  expect((await connection.request('runs/list', { search: 'ab' })).runs).toEqual([]);
});

it('says so where it came from elsewhere, and is upgraded when it is adopted', async () => {
  makeOld();
  rmSync(adoptionFile(storeIdOf(store.paths) ?? ''));
  const { hello, connection } = await store.open();
  expect(hello.store).toMatchObject({ state: 'unusable', code: 'not_adopted' });
  expect('reason' in hello.store && hello.store.reason).toMatch(/older version .* came from elsewhere/);
  const before = new Database(store.paths.database, { readonly: true });
  expect(before.pragma('user_version', { simple: true })).toBe(4);
  before.close();
  expect((await connection.request('store/adopt', {})).store.state).toBe('ready');
  expect((await connection.request('runs/list', {})).runs).toEqual([]);
});

it('is left as it is while another machine writes it', async () => {
  makeOld();
  const db = new Database(store.paths.database);
  db.prepare("INSERT INTO lease VALUES (1, 'eve', 'elsewhere', '', 1, ?)").run(Date.now());
  const { hello } = await store.open();
  expect(hello.store).toMatchObject({ state: 'unusable', code: 'read_only' });
  expect('reason' in hello.store && hello.store.reason).toMatch(/older version .* eve on elsewhere is writing/);
  expect(db.pragma('user_version', { simple: true })).toBe(4);
  db.close();
});
