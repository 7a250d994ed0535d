/**
 * Endpoints in the side bar, as the rest of the extension sees them. The view appears when something was ever served from a
 * store of this window; what it shows and what is done in it is loaded then.
 */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { endpointsFolder } from '../../protocol/node/endpointFolder';
import type { Launcher } from '../commands/launcher';
import { runsIn } from '../commands/onRuns';
import type { Handlers } from '../commands/registry';
import type { Context } from '../context';
import { later } from '../later';
import { inBackground } from '../log';
import type { Models } from '../models';
import { LatePanels } from '../panels/latePanels';
import type { PanelParts } from '../panels/pagePanels';
import { ENDPOINT } from '../panels/viewTypes';
import { type Disposable, Disposables } from '../signal';
import type { EndpointCommands } from './commands';
import type { EndpointsTree } from './tree';

export interface EndpointsParts extends PanelParts {
  readonly keys: Context;
  readonly models: Models;
  readonly runProgram: Launcher['runProgram'];
}

type Does =
  | 'serve'
  | 'choose'
  | 'copyEmbedding'
  | 'score'
  | 'scoreAgain'
  | 'scoreOn'
  | 'stop'
  | 'restart'
  | 'change'
  | 'copyUrl'
  | 'copyCurl'
  | 'copyPython'
  | 'openLog'
  | 'remove';

export class Endpoints implements Disposable {
  private readonly disposables = new Disposables();
  private watched = new Disposables();
  private tree: Promise<EndpointsTree> | null = null;
  readonly pages = this.disposables.track(
    new LatePanels(
      ENDPOINT,
      async () =>
        new (await later()).EndpointPanels(
          this.parts,
          () => this.commands(),
          () => this.parts.models.pages.get(),
        ),
    ),
  );

  constructor(readonly parts: EndpointsParts) {
    const { stores } = parts;
    this.disposables.track(stores.onDidChangeList(() => this.watch()));
    this.disposables.track(stores.onDidChangeState(() => this.look()));
  }

  get handlers(): Pick<
    Handlers,
    | 'loopwright.openEndpoint'
    | 'loopwright.serve'
    | 'loopwright.chooseServing'
    | 'loopwright.copyEmbeddingCode'
    | 'loopwright.score'
    | 'loopwright.scoreAgain'
    | 'loopwright.scoreOn'
    | 'loopwright.drift'
    | 'loopwright.driftAgain'
    | 'loopwright.stopEndpoint'
    | 'loopwright.restartEndpoint'
    | 'loopwright.changeEndpoint'
    | 'loopwright.copyEndpointUrl'
    | 'loopwright.copyEndpointCurl'
    | 'loopwright.copyEndpointPython'
    | 'loopwright.openEndpointLog'
    | 'loopwright.removeEndpoint'
  > {
    const on = (name: Does) => async (given?: unknown) => (await this.commands())[name](given);
    return {
      'loopwright.openEndpoint': async (given, how) => (await this.commands()).open(given, how),
      'loopwright.serve': on('serve'),
      'loopwright.chooseServing': on('choose'),
      'loopwright.copyEmbeddingCode': on('copyEmbedding'),
      'loopwright.score': on('score'),
      'loopwright.scoreAgain': on('scoreAgain'),
      'loopwright.scoreOn': on('scoreOn'),
      // Nodes of runs are known by their class, which what is loaded later has for itself.
      'loopwright.drift': async (...given) => (await this.commands()).drift(given, runsIn(given)),
      'loopwright.driftAgain': async (run, change) => (await this.commands()).driftAgain(run, change),
      'loopwright.stopEndpoint': on('stop'),
      'loopwright.restartEndpoint': on('restart'),
      'loopwright.changeEndpoint': on('change'),
      'loopwright.copyEndpointUrl': on('copyUrl'),
      'loopwright.copyEndpointCurl': on('copyCurl'),
      'loopwright.copyEndpointPython': on('copyPython'),
      'loopwright.openEndpointLog': on('openLog'),
      'loopwright.removeEndpoint': on('remove'),
    };
  }

  /** Shows what has just changed. */
  look(): void {
    inBackground(this.parts.log, 'Endpoints', this.show());
  }

  dispose(): void {
    this.watched.dispose();
    void this.tree?.then((tree) => tree.dispose());
    this.disposables.dispose();
  }

  private async commands(): Promise<EndpointCommands> {
    return new (await later()).EndpointCommands(
      this.parts,
      () => this.look(),
      () => this.pages.get(),
      (one) => this.disposables.track(one),
    );
  }

  /** They are started and stopped from everywhere: other windows, the command line. */
  private watch(): void {
    this.watched.dispose();
    this.watched = new Disposables();
    for (const { paths } of this.parts.stores.sessions) {
      const folder = vscode.Uri.file(endpointsFolder(paths.root));
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*/*.json'));
      this.watched.track(watcher);
      for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete])
        this.watched.track(event(() => this.look()));
    }
    this.look();
  }

  private async show(): Promise<void> {
    const { keys, stores } = this.parts;
    if (this.tree === null && !stores.sessions.some(({ paths }) => existsSync(endpointsFolder(paths.root)))) return;
    keys.set('loopwright.hasEndpoints', true);
    this.tree ??= later().then(({ EndpointsTree: Tree }) => new Tree(stores, vscode.window));
    (await this.tree).refresh();
  }
}
