/** The one door for context keys: what `when` clauses in package.json may ask for. */
import * as vscode from 'vscode';

export interface ContextKeys {
  /** Some store of this window waits to be adopted. */
  'loopwright.canAdopt': boolean;
  /** Some store of this window is damaged. */
  'loopwright.canRepair': boolean;
  /** The active notebook is tracked. */
  'loopwright.tracksNotebook': boolean;
}

export class Context {
  private readonly known = new Map<string, unknown>();

  set<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
    if (this.known.get(key) === value) return;
    this.known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}
