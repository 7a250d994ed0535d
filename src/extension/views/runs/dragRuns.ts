/** Runs that are dragged onto an experiment move there; onto a tag's group, they get that tag. */
import * as vscode from 'vscode';
import type { EditOf } from '../../commands/runEdits';
import { DraggedRuns } from './draggedRuns';
import { dropOn } from './dropOn';
import { type Node, RunNode } from './nodes';

/** VS Code's name for what is dragged out of this view; the view's id in lower case. */
const MIME = 'application/vnd.code.tree.loopwright.runs';

/** What dropping does. */
export type DropEdits = (runs: readonly RunNode[], edit: EditOf) => Promise<void>;

export class DragRuns implements vscode.TreeDragAndDropController<Node> {
  readonly dragMimeTypes = [MIME];
  readonly dropMimeTypes = [MIME];

  constructor(private readonly edit: DropEdits) {}

  handleDrag(nodes: readonly Node[], data: vscode.DataTransfer): void {
    const runs = nodes.filter((node) => node instanceof RunNode);
    if (runs.length > 0) data.set(MIME, new vscode.DataTransferItem(new DraggedRuns(runs)));
  }

  async handleDrop(target: Node | undefined, data: vscode.DataTransfer): Promise<void> {
    const dragged: unknown = data.get(MIME)?.value;
    if (!target || target.kind === 'other' || !(dragged instanceof DraggedRuns)) return;
    const { edit, session } = dropOn(target);
    // Another store is another folder with its own files: a run does not go there by a change of name.
    const own = dragged.runs.filter((run) => run.session === session && run !== target);
    if (edit && own.length > 0) await this.edit(own, edit);
  }
}
