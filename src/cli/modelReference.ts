/** How a model and its versions are named on the command line. */
import type { EngineConnection } from '../client/connection';
import { LoopwrightError } from '../protocol/errors';

export interface Reference {
  readonly name: string;
  /** A version's number, an alias, or null for the model as a whole. */
  readonly which: number | string | null;
}

/** `NAME`, `NAME/3`, `NAME@ALIAS`, also with `models:/` in front as MLflow writes them. Pure. */
export function referenceOf(text: string): Reference {
  const [, name = '', version, alias] = /^(?:models:\/)?([^/@]+)(?:\/v?(\d{1,9})|@([\w-]+))?$/.exec(text) ?? [];
  if (name === '')
    throw new LoopwrightError('bad_request', `"${text}" names no model: write NAME, NAME/3 or NAME@ALIAS.`);
  return { name, which: version === undefined ? (alias ?? null) : Number(version) };
}

/** @throws LoopwrightError `bad_request`, `not_found` */
export async function versionNamed(
  connection: EngineConnection,
  text: string,
): Promise<{ name: string; version: number }> {
  const { name, which } = referenceOf(text);
  if (which === null) throw new LoopwrightError('bad_request', `Name a version: ${name}/3 or ${name}@champion.`);
  const { version } = await connection.request('registry/version', { name, which });
  return { name, version: version.version };
}
