/** Files as runs had them, as read-only documents: `loopwright-code:/path?{store, runId, side}`. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import { MAX_CONTENT_BYTES } from '../../protocol/requests';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';

export const CODE_SCHEME = 'loopwright-code';

export type Side = 'snapshot' | 'commit';

/** An editor that shows more than this is no use to anybody. */
const LIMIT_BYTES = 5_000_000;

interface Address {
  /** Below the root of the run; the path of the document is for people. */
  readonly path: string;
  readonly store: string;
  readonly runId: string;
  readonly side: Side | 'nothing';
}

/** @param path below the root of the run */
export function codeUri(session: StoreSession, runId: string, side: Side, path: string): vscode.Uri {
  return uriOf({ store: session.paths.root, runId, side, path });
}

/** The empty other side of a file that is on one side only. */
export function nothingUri(session: StoreSession, path: string): vscode.Uri {
  return uriOf({ store: session.paths.root, runId: '', side: 'nothing', path });
}

/** Halves of surrogate pairs stand for bytes that are no UTF-8; no URI takes them. */
const uriOf = (address: Address): vscode.Uri =>
  vscode.Uri.from({
    scheme: CODE_SCHEME,
    path: `/${address.path.replaceAll(/\p{Surrogate}/gu, '\ufffd')}`,
    query: JSON.stringify(address),
  });

/** What a run had never changes, so no document is ever told to be read again. */
export class CodeDocuments implements vscode.TextDocumentContentProvider {
  constructor(private readonly stores: Stores) {}

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { store, runId, side, path } = JSON.parse(uri.query) as Address; // made by `uriOf` alone
    if (side === 'nothing') return '';
    const session = this.stores.byPath(store);
    if (!session)
      throw new LoopwrightError('not_found', vscode.l10n.t('The store {0} is not open in this window.', store));
    const content = await contentOf(session, runId, side, path);
    return content === null
      ? vscode.l10n.t('This file is no text, or too large to be shown.')
      : content.toString('utf8');
  }
}

/** @returns null if it is no text or too large */
async function contentOf(session: StoreSession, runId: string, side: Side, path: string): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  for (let offset = 0; ;) {
    const asked = { runId, side, path, offset, limit: MAX_CONTENT_BYTES };
    const { base64, sizeBytes } = await session.request('code/content', asked);
    const piece = Buffer.from(base64, 'base64');
    if (sizeBytes > LIMIT_BYTES || piece.includes(0)) return null;
    pieces.push(piece);
    offset += piece.length;
    if (offset >= sizeBytes || piece.length === 0) return Buffer.concat(pieces);
  }
}
