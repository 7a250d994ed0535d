/** Settings of comparisons: `loopwright.yaml` says them, and the page of a comparison changes them and keeps them there. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { CONFIG_FILE } from '../../protocol/config/file';
import { type DriftOrder, DriftSettings } from '../../protocol/drift';
import type { DriftSides } from '../../protocol/driftSides';
import { driftOrder } from '../../protocol/driftSettings';
import { LoopwrightError } from '../../protocol/errors';
import type { StoreSession } from '../stores/session';

/** @throws LoopwrightError `bad_request` with the line of an error in the file */
export async function driftOrderOf(
  session: StoreSession,
  sides: DriftSides & { readonly seed?: number },
  given: DriftSettings = {},
): Promise<DriftOrder> {
  const file = DriftSettings.parse((await session.request('config/drift', {})).settings);
  const threads = Math.min(availableParallelism(), 8);
  return driftOrder({ sides, seed: sides.seed ?? null, file, given, threads });
}

/**
 * Into the file beside the store, which is made where there is none; all else that stands there stays.
 *
 * @throws LoopwrightError `bad_request` where the file has an error, or is being changed in an editor
 */
export async function keepDrift(
  session: StoreSession,
  change: Readonly<Record<string, unknown>>,
): Promise<Record<string, never>> {
  const path = join(dirname(session.paths.root), CONFIG_FILE);
  const file = vscode.Uri.file(path);
  if (vscode.workspace.textDocuments.some(({ uri, isDirty }) => isDirty && uri.toString() === file.toString()))
    throw new LoopwrightError(
      'bad_request',
      vscode.l10n.t('{0} has changes that are not saved. Save it, and try again.', CONFIG_FILE),
    );
  const before = existsSync(path) ? readFileSync(path, 'utf8') : null;
  const { text } = await session.request('config/withDrift', { text: before, change: { ...change } });
  if (text !== before) await vscode.workspace.fs.writeFile(file, Buffer.from(text));
  return {};
}
