/** The one door for context keys: what `when` clauses in package.json may ask for. */
import * as vscode from 'vscode';

export interface ContextKeys {
  /** Some store of this window waits to be adopted. */
  'loopwright.canAdopt': boolean;
  /** Some store of this window is damaged. */
  'loopwright.canRepair': boolean;
  /** The notebooks that are being run, by their paths. */
  'loopwright.runningNotebooks': readonly string[];
  /** The Python script in the active editor has cells. */
  'loopwright.hasCells': boolean;
  /** The active notebook is tracked. */
  'loopwright.tracksNotebook': boolean;
  /** A filter is on in the Runs view. */
  'loopwright.filtersRuns': boolean;
  /** Something that was changed about runs can be undone. */
  'loopwright.canUndo': boolean;
  /** There is a registered model. */
  'loopwright.hasModels': boolean;
  /** Something was served from a store of this window, ever. */
  'loopwright.hasEndpoints': boolean;
  /** A filter is on in the Models view. */
  'loopwright.filtersModels': boolean;
}

export class Context {
  private readonly known = new Map<string, string>();

  set<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
    const text = JSON.stringify(value);
    if (this.known.get(key) === text) return;
    this.known.set(key, text);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}
