/** The file that a run was started from. Its path comes from a record that anybody may have written. */
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { Provenance } from '../protocol/entities';
import { LoopwrightError } from '../protocol/errors';

/** @throws LoopwrightError `not_found` where the run has no file on this machine */
export function sourceFileOf({ kind, source, cwd }: Pick<Provenance, 'kind' | 'source' | 'cwd'>): string {
  const file = isAbsolute(source) ? source : join(cwd, source);
  // A path with a host's name would make Windows log in there.
  if ((kind === 'script' || kind === 'notebook' || kind === 'followed') && !/^[/\\]{2}/.test(file)) return file;
  throw new LoopwrightError('not_found', vscode.l10n.t('This run was started from a {0}, not from a file.', kind));
}
