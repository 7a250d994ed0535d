/** A store with many registered models, made through an engine as clients and people make them. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { openEngine } from '../../src/client/engine';
import { pathsOf } from '../../src/protocol/node/storeFolder';
import type { Params } from '../../src/protocol/requests';
import { engineFile, exists, until } from '../engine/support';
import { anything, outside } from '../engine/trackingSupport';
import type { TestFolders } from './support/folders';

const AT_ONCE = 100;
export const MODELS_MADE = 1000;
export const VERSIONS_MADE = 10_000;

type Edit = Params<'registry/edit'>['edits'][number];

/** `fraud` with 10,000 versions, the first of which is its champion, and 999 models `m-001` … with one. */
export async function makeManyModels(folders: TestFolders): Promise<void> {
  process.env.LOOPWRIGHT_STATE_DIR = folders.state;
  const paths = pathsOf(path.join(folders.workspace, '.loopwright'));
  mkdirSync(paths.root);
  const client = { kind: 'test', info: { version: '0.1.0', build: 0 }, trusted: true } as const;
  const { connection, hello } = await openEngine(paths, { runtime: process.execPath, file: engineFile }, client);
  const tracking = await outside(connection);
  await tracking.post(anything, 'registered-models/create', { name: 'fraud', tags: [{ key: 'team', value: 'blue' }] });
  await tracking.post(anything, 'model-versions/create', { name: 'fraud', source: 's3://models/fraud' });
  const copies = (to: (at: number) => string, count: number): Edit[] =>
    Array.from({ length: count }, (_, at) => ({ op: 'copyVersion', name: 'fraud', version: 1, to: to(at + 1) }));
  const edits: Edit[] = [
    ...copies(() => 'fraud', VERSIONS_MADE - 1),
    ...copies((at) => `m-${String(at).padStart(3, '0')}`, MODELS_MADE - 1),
    { op: 'alias', name: 'fraud', version: 1, alias: 'champion' },
    { op: 'stage', name: 'm-007', version: 1, stage: 'Production' },
  ];
  for (let at = 0; at < edits.length; at += AT_ONCE) {
    const { results } = await connection.request('registry/edit', { edits: edits.slice(at, at + AT_ONCE) });
    const problem = results.find((result) => result.problem !== null)?.problem;
    if (problem) throw new Error(problem);
  }
  await connection.request('engine/stop', { reason: 'user' });
  connection.close();
  await until('the engine ends', () => !exists(hello.engine.pid));
}
