/** Asking a server through the engine of a store, with the token that the user has given for it. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import type { ServerAccess } from '../../protocol/servers';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import type { ServersParts } from '.';

const keyOf = (url: string): string => `loopwright.server:${url}`;

export async function accessTo(url: string, { secrets }: ServersParts): Promise<ServerAccess> {
  return { url, token: (await secrets.get(keyOf(url))) ?? null };
}

export async function keepToken(url: string, token: string | null, { secrets }: ServersParts): Promise<void> {
  await (token === null ? secrets.delete(keyOf(url)) : secrets.store(keyOf(url), token));
}

/**
 * Does something with a server; where it refuses for want of a token, or of another one, the user is asked for it and it
 * is done again.
 *
 * @returns undefined where the user gave none
 */
export async function withToken<Result>(
  url: string,
  parts: ServersParts,
  work: (server: ServerAccess) => Promise<Result>,
): Promise<Result | undefined> {
  for (;;) {
    const access = await accessTo(url, parts);
    try {
      return await work(access);
    } catch (thrown) {
      const error = LoopwrightError.from(thrown);
      if (error.code !== 'server_refused') throw thrown;
      const token = await askForToken(url, error.message);
      if (token === undefined) return undefined;
      await keepToken(url, token, parts);
    }
  }
}

/** @returns null for none, undefined if the user thought better of it */
export async function askForToken(url: string, why: string): Promise<string | null | undefined> {
  const token = await vscode.window.showInputBox({
    title: vscode.l10n.t('Token for {0}', url),
    prompt: [why, vscode.l10n.t('It is kept in the secret storage of VS Code and sent to this server alone.')]
      .filter((text) => text !== '')
      .join(' '),
    placeHolder: vscode.l10n.t('Empty for a server that wants none'),
    password: true,
    ignoreFocusOut: true,
  });
  return token === undefined ? undefined : token.trim() === '' ? null : token.trim();
}

/** Any store's engine can ask. */
export function askingSession(stores: Stores): StoreSession {
  const [first] = stores.sessions;
  const session = stores.sessions.find(({ state }) => state.kind === 'open') ?? first;
  if (!session)
    throw new LoopwrightError('not_trusted', vscode.l10n.t('This folder is not trusted: no server is asked from it.'));
  return session;
}
