/** What nbformat says of a cell, as VS Code's own notebook support keeps it in the cell's metadata. */
import type * as vscode from 'vscode';

/** nbformat's id of a cell, where the file has one. */
export function cellIdOf(cell: vscode.NotebookCell): string | undefined {
  const { id } = cell.metadata as { id?: unknown };
  return typeof id === 'string' ? id : undefined;
}

export function tagsOf(cell: vscode.NotebookCell): string[] {
  const { metadata } = cell.metadata as { metadata?: { tags?: unknown } };
  const tags = metadata?.tags;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}
