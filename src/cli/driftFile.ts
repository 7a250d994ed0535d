/** What `loopwright.yaml` says of drift. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONFIG_FILE } from '../protocol/config/file';
import { DriftSettings } from '../protocol/drift';
import { makeStore } from '../protocol/node/storeFolder';
import type { Cli } from './command';
import { storeToRunIn } from './store';

/**
 * Of the file beside the store in which the comparison will be; empty where there is none. The engine reads it.
 *
 * @throws LoopwrightError `bad_request` with the line of an error in it
 */
export async function driftFileSettings({ engines, store, cwd, env }: Cli): Promise<DriftSettings> {
  const root = storeToRunIn(store, cwd, env);
  if (!existsSync(join(dirname(root), CONFIG_FILE))) return {};
  const { connection } = await engines.open(makeStore(root));
  try {
    return DriftSettings.parse((await connection.request('config/drift', {})).settings);
  } finally {
    connection.close();
  }
}
