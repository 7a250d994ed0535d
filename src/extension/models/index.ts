/**
 * The registry of models in the side bar, as the rest of the extension sees it. The view appears when there is a registered
 * model; what it shows and what is done in it is loaded then.
 */
import * as vscode from 'vscode';
import type { Handlers } from '../commands/registry';
import type { RunRef } from '../commands/pickRun';
import type { PythonParts } from '../../client/launch';
import type { Context } from '../context';
import type { Interpreters } from '../interpreters/interpreters';
import { later } from '../later';
import { inBackground } from '../log';
import { type Disposable, Disposables } from '../signal';
import type { StoreSession } from '../stores/session';
import { LatePanels } from '../panels/latePanels';
import type { PanelParts } from '../panels/pagePanels';
import { COMPARE_VERSIONS, MODEL_VERSION } from '../panels/viewTypes';
import type { Memory } from '../views/runs/query/queryState';
import type { ModelCommands } from './commands';
import type { ModelFilter } from './filterState';
import type { ModelsTree } from './tree';

export interface ModelsParts extends PanelParts {
  readonly keys: Context;
  readonly openPage: (run: RunRef) => void;
  readonly memory: Memory;
  readonly interpreters: Interpreters;
  readonly python: PythonParts;
}

export class Models implements Disposable {
  private readonly disposables = new Disposables();
  private readonly watched = new Map<StoreSession, Disposables>();
  private tree: Promise<ModelsTree> | null = null;
  private filtered: ModelFilter | null = null;
  readonly pages = this.disposables.track(
    new LatePanels(
      MODEL_VERSION,
      async () => new (await later()).ModelVersionPanels(this.parts, await this.commands()),
    ),
  );
  readonly comparisons = this.disposables.track(
    new LatePanels(
      COMPARE_VERSIONS,
      async () => new (await later()).CompareVersionsPanels(this.parts, () => this.pages.get()),
    ),
  );

  constructor(readonly parts: ModelsParts) {
    const { stores } = parts;
    this.disposables.track(stores.onDidChangeList(() => this.watch()));
    this.watch();
  }

  private async filter(): Promise<ModelFilter> {
    const { ModelFilter: Filter } = await later();
    this.filtered ??= new Filter(this.parts.memory, (isFiltered) => {
      this.parts.keys.set('loopwright.filtersModels', isFiltered);
      void this.tree?.then((tree) => tree.refresh());
    });
    return this.filtered;
  }

  async commands(): Promise<ModelCommands> {
    return new (await later()).ModelCommands(
      this.parts,
      () => this.pages.get(),
      () => this.comparisons.get(),
    );
  }

  /** Those that are called on a row of the view, on a run, or on nothing. */
  get handlers(): Pick<
    Handlers,
    | 'loopwright.filterModels'
    | 'loopwright.clearModelFilter'
    | 'loopwright.registerModel'
    | 'loopwright.promoteModel'
    | 'loopwright.approveModelVersion'
    | 'loopwright.convertToOnnx'
    | 'loopwright.setModelAlias'
    | 'loopwright.removeModelAlias'
    | 'loopwright.setModelStage'
    | 'loopwright.renameModel'
    | 'loopwright.deleteModel'
    | 'loopwright.copyModelUri'
    | 'loopwright.openModelRun'
    | 'loopwright.openModelVersion'
    | 'loopwright.compareModelVersions'
    | 'loopwright.compareModelVersionWith'
  > {
    const on =
      (
        name:
          | 'promote'
          | 'approve'
          | 'convert'
          | 'setAlias'
          | 'removeAlias'
          | 'setStage'
          | 'rename'
          | 'delete'
          | 'copyUri'
          | 'openRun',
      ) =>
      async (given?: unknown) =>
        (await this.commands())[name](given);
    const compare = async (...given: readonly unknown[]) => (await this.commands()).compare(given);
    return {
      'loopwright.filterModels': async () =>
        (await later()).chooseModelFilter(await this.filter(), this.parts.stores.sessions),
      'loopwright.clearModelFilter': async () => (await this.filter()).set(''),
      'loopwright.registerModel': async (...given) => (await this.commands()).register(given),
      'loopwright.promoteModel': on('promote'),
      'loopwright.approveModelVersion': on('approve'),
      'loopwright.convertToOnnx': on('convert'),
      'loopwright.setModelAlias': on('setAlias'),
      'loopwright.removeModelAlias': on('removeAlias'),
      'loopwright.setModelStage': on('setStage'),
      'loopwright.renameModel': on('rename'),
      'loopwright.deleteModel': on('delete'),
      'loopwright.copyModelUri': on('copyUri'),
      'loopwright.openModelRun': on('openRun'),
      'loopwright.compareModelVersions': compare,
      'loopwright.compareModelVersionWith': compare,
      'loopwright.openModelVersion': async (...given) => (await this.commands()).open(given),
    };
  }

  dispose(): void {
    for (const parts of this.watched.values()) parts.dispose();
    void this.tree?.then((tree) => tree.dispose());
    this.disposables.dispose();
  }

  private watch(): void {
    const sessions = new Set(this.parts.stores.sessions);
    for (const [session, parts] of this.watched) {
      if (sessions.has(session)) continue;
      parts.dispose();
      this.watched.delete(session);
    }
    for (const session of sessions) {
      if (this.watched.has(session)) continue;
      const parts = new Disposables();
      parts.track(session.onDidChangeState(() => this.look()));
      parts.track(
        session.onDidChange(({ registry }) => {
          if (registry === true) this.look();
        }),
      );
      this.watched.set(session, parts);
    }
    this.look();
  }

  private look(): void {
    inBackground(this.parts.log, 'Models', this.show());
  }

  /** Shows the view where there is something to show, and what is new in it. */
  private async show(): Promise<void> {
    const open = this.parts.stores.sessions.filter(({ state }) => state.kind === 'open');
    const answers = await Promise.all(open.map((session) => hasModelsIn(session)));
    // What can't be read now may have models: the view says so, if it is there.
    const hasModels = answers.includes(true) || (this.tree !== null && this.canNotTell(answers));
    this.parts.keys.set('loopwright.hasModels', hasModels);
    if (!hasModels && this.tree === null) return;
    this.tree ??= Promise.all([later(), this.filter()]).then(
      ([{ ModelsTree: Tree }, filter]) => new Tree(this.parts.stores, filter, vscode.window),
    );
    (await this.tree).refresh();
  }

  private canNotTell(answers: readonly (boolean | null)[]): boolean {
    return (
      answers.includes(null) ||
      this.parts.stores.sessions.some(({ state: { kind } }) => !['open', 'absent'].includes(kind))
    );
  }
}

/** @returns null for a store that can't be read */
async function hasModelsIn(session: StoreSession): Promise<boolean | null> {
  try {
    return (await session.request('registry/models', { limit: 1 })).models.length > 0;
  } catch {
    return null; // why is said by the Runs view, and by the tree if it is there
  }
}
