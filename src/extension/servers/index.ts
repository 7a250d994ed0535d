/**
 * Tracking servers elsewhere, as the rest of the extension sees them. What they are browsed and copied with is loaded when
 * there is one.
 */
import * as vscode from 'vscode';
import type { Handlers } from '../commands/registry';
import type { ImportParts } from '../imports/importInto';
import { serverUrlOf } from '../../protocol/servers';
import { later } from '../later';
import { type Disposable, Disposables, Signal } from '../signal';
import { isOther, type OtherNode, type OtherRoots } from '../views/runs/otherNodes';
import type { ServerCommands } from './commands';
import type { ServerTree } from './tree';

/** A setting of the user's own: a folder brings no server along. */
const SETTING = 'servers';

export interface ServersParts extends ImportParts {
  /** Holds the servers' tokens. */
  readonly secrets: vscode.SecretStorage;
}

export class Servers implements Disposable, OtherRoots {
  private readonly disposables = new Disposables();
  private readonly changed = this.disposables.track(new Signal<OtherNode | undefined>());
  readonly onDidChange = this.changed.on;
  private tree: ServerTree | null = null;

  constructor(readonly parts: ServersParts) {
    this.disposables.track(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`loopwright.${SETTING}`)) this.refresh();
      }),
    );
  }

  /** Their addresses, as the user has written them down. */
  get urls(): readonly string[] {
    const urls = vscode.workspace.getConfiguration('loopwright').get<unknown>(SETTING);
    return Array.isArray(urls) ? urls.flatMap((url) => serverUrlOf(String(url)) ?? []) : [];
  }

  async setUrls(urls: readonly string[]): Promise<void> {
    await vscode.workspace.getConfiguration('loopwright').update(SETTING, urls, vscode.ConfigurationTarget.Global);
  }

  /** They are asked through a store's engine: where there is none yet, none is shown. */
  async roots(): Promise<readonly OtherNode[]> {
    const { urls } = this;
    if (urls.length === 0 || this.parts.stores.sessions.every(({ state }) => state.kind === 'absent')) return [];
    this.tree ??= new (await later()).ServerTree(this);
    return this.tree.roots(urls);
  }

  tell(node: OtherNode | undefined): void {
    this.changed.fire(node);
  }

  /** Asks for everything again. */
  refresh(): void {
    this.tree = null;
    this.changed.fire(undefined);
  }

  async commands(): Promise<ServerCommands> {
    return new (await later()).ServerCommands(this);
  }

  /** Those that are called on a row of a server, or on nothing. */
  get handlers(): Pick<
    Handlers,
    | 'loopwright.connectServer'
    | 'loopwright.removeServer'
    | 'loopwright.changeServerToken'
    | 'loopwright.copyFromServer'
    | 'loopwright.openOnServer'
  > {
    const on = (name: 'connect' | 'remove' | 'changeToken' | 'copyHere' | 'open') => async (given?: unknown) =>
      (await this.commands())[name](isOther(given) ? given : undefined);
    return {
      'loopwright.connectServer': on('connect'),
      'loopwright.removeServer': on('remove'),
      'loopwright.changeServerToken': on('changeToken'),
      'loopwright.copyFromServer': on('copyHere'),
      'loopwright.openOnServer': on('open'),
    };
  }

  dispose(): void {
    this.disposables.dispose();
  }
}
