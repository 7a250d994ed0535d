/** What is named to be served: a file, or a version of a registered model. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EngineConnection } from '../client/connection';
import { fileServed } from '../client/endpoint';
import type { ServedModel } from '../protocol/endpoints';
import { LoopwrightError } from '../protocol/errors';
import { adopt, isAdopted, makeStore, type StorePaths } from '../protocol/node/storeFolder';
import type { Cli } from './command';
import { inSession } from './inSession';
import { type Reference, referenceOf } from './modelReference';
import { storeToRunIn } from './store';

export const MODEL_WORDS = 'FILE.onnx, NAME, NAME/3 or NAME@ALIAS';

/** @throws LoopwrightError `not_found` for a file that is not there, `bad_request` */
export function fileOrVersion({ cwd }: Pick<Cli, 'cwd'>, model: string): { readonly path: string } | Reference {
  const path = resolve(cwd, model);
  const isFile = existsSync(path) && statSync(path).isFile();
  if (!isFile && /\.onnx$/i.test(model)) throw new LoopwrightError('not_found', `There is no file ${model}.`);
  return isFile ? { path } : referenceOf(model);
}

/** Asking for it is adopting the store, as asking for a run is. */
export function storeForFile({ store, cwd, env }: Cli): StorePaths {
  const paths = makeStore(storeToRunIn(store, cwd, env));
  if (!isAdopted(paths)) adopt(paths);
  return paths;
}

/** The latest where none is named. @throws LoopwrightError `not_found` */
export async function whichOf(connection: EngineConnection, { name, which }: Reference): Promise<number | string> {
  if (which !== null) return which;
  const [version] = (await connection.request('registry/versions', { name, limit: 1 })).versions;
  if (version) return version.version;
  throw new LoopwrightError('not_found', `${name} has no versions.`);
}

/** What is to be served, and the store that its endpoint belongs to. The files of a version are compared first. */
export async function servedModel(cli: Cli, model: string): Promise<{ served: ServedModel; store: string }> {
  const named = fileOrVersion(cli, model);
  if ('path' in named) return { served: fileServed(named.path), store: storeForFile(cli).root };
  const found: { served: ServedModel; store: string }[] = [];
  await inSession(cli, async (_, { connection, paths }) => {
    const which = await whichOf(connection, named);
    found.push({
      served: await connection.request('endpoints/model', { name: named.name, which }),
      store: paths.root,
    });
    return 0;
  });
  const [registered] = found;
  if (registered) return registered;
  throw new LoopwrightError('internal', 'The engine told nothing of the model.');
}
