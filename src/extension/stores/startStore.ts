import { existsSync } from 'node:fs';
import { makeStore } from '../../protocol/node/storeFolder';
import type { StoreSession } from './session';

/** For what is done with files that need no store, but its engine: also where nothing was kept before. */
export function startStore(session: StoreSession): void {
  if (!existsSync(session.paths.storeFile)) makeStore(session.paths.root);
  session.start();
}
