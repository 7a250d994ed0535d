/** The source of a cell as a run executed it, as a read-only document: `loopwright-cell:/cell 4.py?{store, run, cell}`. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';

export const CELL_SCHEME = 'loopwright-cell';

interface Address {
  readonly store: string;
  readonly runId: string;
  /** Of the execution; null for the empty other side of a cell that is on one side only. */
  readonly ordinal: number | null;
}

export function cellUri(session: StoreSession, runId: string, ordinal: number | null, name: string): vscode.Uri {
  const address: Address = { store: session.paths.root, runId, ordinal };
  return vscode.Uri.from({ scheme: CELL_SCHEME, path: `/${name}.py`, query: JSON.stringify(address) });
}

/** What was executed never changes, so no document is ever told to be read again. */
export class CellDocuments implements vscode.TextDocumentContentProvider {
  constructor(private readonly stores: Stores) {}

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { store, runId, ordinal } = JSON.parse(uri.query) as Address; // made by `cellUri` alone
    if (ordinal === null) return '';
    const session = this.stores.byPath(store);
    if (!session)
      throw new LoopwrightError('not_found', vscode.l10n.t('The store {0} is not open in this window.', store));
    const asked = { runId, from: ordinal, limit: 1, withOutputs: false };
    const { executions } = await session.request('notebooks/executions', asked);
    return executions[0]?.source ?? '';
  }
}
