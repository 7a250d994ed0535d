/**
 * What a window does, as a process that can be killed: it starts the engine if need be, follows what changes and asks for
 * the rows. `node windowClient.cjs STORE ENGINE`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openEngine } from '../../src/client/engine';
import { pathsOf } from '../../src/protocol/node/storeFolder';

const [store = '', engine = ''] = process.argv.slice(2);
const client = { kind: 'test', info: { version: '0.1.0', build: 0 }, trusted: true } as const;

async function follow(): Promise<void> {
  const { connection } = await openEngine(pathsOf(store), { runtime: process.execPath, file: engine }, client);
  let hasChanged = true;
  connection.onChanged(() => {
    hasChanged = true;
  });
  const closed = new Promise<true>((resolve) => {
    connection.onClosed(() => resolve(true));
  });
  process.stdout.write('open\n');
  for (;;) {
    if (hasChanged) {
      hasChanged = false;
      await connection.request('runs/list', { limit: 100, allLevels: true });
    }
    if (await Promise.race([closed, sleep(5, false)])) return;
  }
}

/** Like a window, it comes back when the engine has ended. */
async function live(): Promise<never> {
  for (;;) await follow().catch(() => sleep(20));
}

void live();
