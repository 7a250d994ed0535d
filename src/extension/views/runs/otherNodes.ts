/** Rows of the Runs tree that are of no store of this window. Each knows itself what it shows and what is below it. */
import type * as vscode from 'vscode';
import type { Disposable, Listener } from '../../signal';

export interface OtherNode {
  readonly kind: 'other';
  /** The same for as long as it is shown. */
  readonly id: string;
  readonly parent: OtherNode | undefined;
  item(nowMs: number): vscode.TreeItem;
  children(): Promise<readonly OtherNode[]>;
  /** Of a row that stands for what is not loaded. */
  load?(): Promise<void>;
}

/** What stands below the stores. */
export interface OtherRoots {
  roots(): Promise<readonly OtherNode[]>;
  /** A row shows something else than it did; undefined for the roots. */
  readonly onDidChange: (listener: Listener<OtherNode | undefined>) => Disposable;
}

export const isOther = (given: unknown): given is OtherNode =>
  typeof given === 'object' && given !== null && 'kind' in given && given.kind === 'other';
