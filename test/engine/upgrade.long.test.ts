/** Windows that open a store of an older form at once: who comes while it is brought to today's form waits for it. */
import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openEngine } from '../../src/client/engine';
import { addressesOf } from '../../src/protocol/node/addresses';
import { bootId, startOf } from '../../src/protocol/node/processes';
import { makeStore } from '../../src/protocol/node/storeFolder';
import { engineFile, testStore } from './support';

/** Longer than an engine may take to start. */
const UPGRADE_MS = 11_500;

it('are told so once, and all come to the one engine, however long it takes', async () => {
  const store = testStore();
  makeStore(store.paths.root);
  const { upgradeFile } = addressesOf(store.paths.root);
  const upgrade = { pid: process.pid, start: startOf(process.pid), boot: bootId() };
  writeFileSync(upgradeFile, JSON.stringify(upgrade));
  let told = 0;
  const opened = Promise.all(
    [1, 2].map(() =>
      openEngine(
        store.paths,
        { runtime: process.execPath, file: engineFile },
        { kind: 'test', info: { version: '0.1.0', build: 0 }, trusted: true },
        () => told++,
      ),
    ),
  );
  await sleep(UPGRADE_MS);
  expect(told).toBe(2);
  rmSync(upgradeFile);
  const engines = await opened;
  expect(new Set(engines.map(({ hello }) => hello.engine.pid)).size).toBe(1);
  expect(told).toBe(2);
  for (const { connection } of engines) connection.close();
  await store.dispose();
}, 60_000);
