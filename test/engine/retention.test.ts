import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { RetentionKeeper } from '../../src/engine/house';
import type { GcResult, Retention } from '../../src/protocol/house';
import { addressesOf } from '../../src/protocol/node/addresses';
import type { Params } from '../../src/protocol/requests';
import { ended } from './data.support';
import { type TestStore, testStore, until } from './support';
import { rare } from '../support/rare';

/** Everything that is over goes, whenever it ended. */
const ALL: Params<'store/planGc'> = { olderThanMs: 0, includeRecent: true };

describe('retention in an engine', () => {
  let store: TestStore;
  let connection: EngineConnection;
  beforeEach(async () => {
    store = testStore();
    ({ connection } = await store.open());
  });
  afterEach(() => store.dispose());

  const runIds = async () => (await connection.request('runs/list', {})).runs.map(({ runId }) => runId);
  const retention = () => connection.request('store/retention', {});

  rare('is looked at before, which can be cancelled', async () => {
    await ended(store, connection, []);
    // What else is asked of the house is done first.
    const usage = connection.request('store/usage', {});
    const plan = connection.request('store/planGc', ALL);
    await connection.request('store/cancelGc', {});
    await expect(plan).rejects.toMatchObject({ code: 'cancelled' });
    expect((await usage).parts.length).toBeGreaterThan(0);
    expect((await connection.request('store/planGc', ALL)).plan.runCount).toBe(1);
  });

  it('removes nothing by itself until it is confirmed, then what the rules take, and tells of it', async () => {
    const { runId: first, folder } = await ended(store, connection, []);
    expect(await retention()).toEqual({ rules: null, appliedMs: null, history: [] });
    await connection.request('store/confirmRetention', { rules: ALL });
    // The end of a run is what it waits for.
    await ended(store, connection, []).catch(() => undefined); // it may be gone before it is seen
    await until('nothing is left', async () => (await runIds()).length === 0);
    await until('it is told', async () => (await retention()).history.length > 0);
    expect(existsSync(folder)).toBe(false);
    const { rules, appliedMs, history } = await retention();
    expect(rules).toMatchObject(ALL);
    expect(Date.now() - (appliedMs ?? 0)).toBeLessThan(60_000);
    expect(history).toMatchObject([{ by: 'retention', problems: 0 }]);
    expect(history[0]?.runs).toBeGreaterThan(0);
    await expect(connection.request('runs/get', { runId: first })).rejects.toThrow(/no run/);

    // Once a day: what ends now stays until tomorrow.
    const { runId } = await ended(store, connection, []);
    await connection.request('runs/announce', { runId });
    expect(await runIds()).toEqual([runId]);
  });

  it('notes what the user removes, and outlives the engine', async () => {
    const { runId } = await ended(store, connection, []);
    await connection.request('runs/delete', { runIds: [runId] });
    const rules = { deletedOlderThanMs: 0 };
    const { plan } = await connection.request('store/planGc', rules);
    await connection.request('store/gc', { ...rules, planId: plan.planId });
    const mine = { olderThanMs: 90 * 24 * 3600 * 1000 };
    await connection.request('store/confirmRetention', { rules: mine });
    await connection.request('engine/stop', { reason: 'user' });
    ({ connection } = await store.open());
    expect(await retention()).toMatchObject({ rules: mine, history: [{ by: 'user', runs: 1 }] });
    await connection.request('store/confirmRetention', { rules: null });
    expect(await retention()).toMatchObject({ rules: null, history: [{ by: 'user' }] });
  });

  it('keeps its rules outside of the store, where a clone would bring them along', async () => {
    await connection.request('store/confirmRetention', { rules: ALL });
    const file = join(addressesOf(store.paths.root).folder, 'retention.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ rules: ALL });
    expect(existsSync(join(store.paths.root, 'retention.json'))).toBe(false);
  });
});

describe('when retention is applied', () => {
  const DAY = 24 * 3600 * 1000;
  const RULES = { olderThanMs: DAY, deletedOlderThanMs: 30 * DAY, includeRecent: false };
  let folder: string;
  let applied: Retention[];
  let answer: () => Promise<GcResult | null>;
  const gc = {
    isRunning: false,
    apply: (rules: Retention) => {
      applied.push(rules);
      return answer();
    },
  };
  const logged: string[] = [];
  const keeper = (storeId = 'a'.repeat(32)) =>
    new RetentionKeeper(join(folder, 'retention.json'), storeId, gc, (message) => logged.push(message));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lw-retention-'));
    applied = [];
    answer = () => Promise.resolve(null);
    gc.isRunning = false;
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is at once after it was confirmed, and then once a day, also if the clock is set back', async () => {
    const one = keeper();
    await one.applyIfDue(10 * DAY);
    expect(applied).toEqual([]);
    one.confirm(RULES);
    for (const now of [10 * DAY, 10 * DAY + 5, 10.9 * DAY, 11 * DAY, 11.5 * DAY, 3 * DAY, 3.5 * DAY])
      await one.applyIfDue(now);
    expect(one.state.appliedMs).toBe(3 * DAY);
    expect(applied).toHaveLength(3);
    // Another engine goes on from there.
    const next = keeper();
    await next.applyIfDue(3.5 * DAY);
    expect(applied).toHaveLength(3);
    // Other rules are applied at once, none never.
    next.confirm({ ...RULES, olderThanMs: 2 * DAY });
    await next.applyIfDue(3.5 * DAY);
    next.confirm(null);
    await next.applyIfDue(9 * DAY);
    expect(applied).toHaveLength(4);
  });

  it('is an hour later after a failure, and not while space is being freed', async () => {
    const one = keeper();
    one.confirm(RULES);
    answer = () => Promise.reject(new Error('no space'));
    await one.applyIfDue(DAY);
    await one.applyIfDue(DAY + 1000);
    expect(applied).toHaveLength(1);
    expect(logged.at(-1)).toContain('no space');
    gc.isRunning = true;
    await one.applyIfDue(2 * DAY);
    expect(applied).toHaveLength(1);
    gc.isRunning = false;
    await one.applyIfDue(2 * DAY);
    expect(applied).toHaveLength(2);
  });

  it('is never by rules of another store or a file that is not of its form', async () => {
    keeper().confirm(RULES);
    const other = keeper('b'.repeat(32));
    expect(other.state.rules).toBeNull();
    writeFileSync(join(folder, 'retention.json'), '{"rules": {"olderThanMs": 0}}');
    const broken = keeper();
    await broken.applyIfDue(99 * DAY);
    expect(broken.state.rules).toBeNull();
    expect(applied).toEqual([]);
  });
});
