/** A version of a registered model that becomes the next one, converted: what is asked of the engine before and after. */
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoopwrightError } from '../../protocol/errors';
import type { StorePaths } from '../../protocol/node/storeFolder';
import type { ModelPlace } from '../../protocol/requests';
import { type Converted, factsOf } from './conversion';
import { type Asked, lookInto, type Looked } from './looking';

const LOOK_AGAIN_MS = 200;
const KEEPING_MS = 10 * 60_000;

/** A model as it lies on this machine, with what is known of where it came from. */
export interface FoundModel extends Looked {
  /** `fraud v3`, or the name of the file. */
  readonly label: string;
  /** Absolute: a file or a folder. */
  readonly path: string;
  readonly runId: string | null;
  /** The interpreter of its run, if that is still there. */
  readonly python: string | null;
  readonly cwd: string | null;
  /** Where its own code may be imported from. */
  readonly search: readonly string[];
}

/** @throws LoopwrightError `not_found`; `bad_request` if its files are elsewhere, or are not what was registered */
export async function findVersion(
  engine: Asked,
  paths: StorePaths,
  { name, version }: { readonly name: string; readonly version: number },
): Promise<FoundModel> {
  const label = `${name} v${String(version)}`;
  const [{ place, version: row }, { versions }] = await Promise.all([
    engine.request('registry/version', { name, which: version }),
    engine.request('registry/verify', { name, which: version }),
  ]);
  const changed = versions.find(({ state }) => state === 'changed');
  if (changed) throw refuse(`${label}: ${changed.problems[0] ?? 'its files are not what was registered.'}`);
  if (!place)
    throw refuse(`The files of ${label} are not in this store. Download them, and use the file: ${row.source}`);
  return findPlace(engine, paths, place, label, row.run?.runId ?? null);
}

/** Among the artifacts of a run or of a version. */
export async function findPlace(
  engine: Asked,
  paths: StorePaths,
  place: ModelPlace,
  label: string,
  runId: string | null,
): Promise<FoundModel> {
  const path = fileOf(paths, place);
  return { label, path, runId, ...(await lookInto(engine, path)), ...(await originOf(engine, runId)) };
}

/** Anywhere on this machine. `engine`: null where there is no store, and so nobody who looks into files. */
export async function findFile(engine: Asked | null, path: string): Promise<FoundModel> {
  const origin = { runId: null, python: null, cwd: null, search: [dirname(path)] };
  return { label: basename(path), path, ...origin, ...(await lookInto(engine, path)) };
}

async function originOf(engine: Asked, runId: string | null): Promise<Pick<FoundModel, 'python' | 'cwd' | 'search'>> {
  const unknown = { python: null, cwd: null, search: [] };
  if (runId === null) return unknown;
  try {
    const { provenance } = await engine.request('runs/get', { runId });
    const { interpreter, cwd, source } = provenance;
    // Records of runs may come from elsewhere: a name alone would be looked for in whatever folder this is.
    const python = interpreter !== null && isAbsolute(interpreter) && isExecutable(interpreter) ? interpreter : null;
    if (!isAbsolute(cwd) || !existsSync(cwd)) return { ...unknown, python };
    const script = dirname(isAbsolute(source) ? source : join(cwd, source));
    return { python, cwd, search: [...new Set([script, cwd])].filter(existsSync) };
  } catch (error) {
    if (LoopwrightError.from(error).code === 'not_found') return unknown; // its run is gone
    throw error;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // its environment was removed
  }
}

/**
 * What was made among the store's drafts becomes a version. The draft may go when this has answered.
 *
 * @param from `fraud v3`
 * @throws LoopwrightError if its files could not be kept
 */
export async function registerConverted(
  engine: Asked,
  asked: { readonly name: string; readonly folder: string; readonly from: string; readonly runId: string | null },
  converted: Converted,
): Promise<number> {
  const { name, folder, from, runId } = asked;
  const facts = factsOf(converted, from);
  const { version } = await engine.request('registry/take', { name, draft: basename(folder), runId, ...facts });
  const until = Date.now() + KEEPING_MS;
  while (Date.now() < until) {
    const { version: row } = await engine.request('registry/version', { name, which: version });
    if (row.status === 'READY') return version;
    if (row.status === 'FAILED_REGISTRATION') throw refuse(`${name} v${String(version)}: ${row.statusMessage}`);
    await sleep(LOOK_AGAIN_MS);
  }
  throw refuse(`The files of ${name} v${String(version)} are still being kept.`);
}

/** Where files of a version or of a run lie on this machine. */
function fileOf(paths: StorePaths, place: ModelPlace): string {
  const owner =
    place.owner === 'run'
      ? paths.runFolder(place.runId)
      : join(paths.root, 'models', place.owner === 'model' ? place.modelId : place.files);
  return join(owner, 'artifacts', ...place.path.split('/').filter((part) => part !== ''));
}

const refuse = (message: string) => new LoopwrightError('bad_request', message);
