/** Quick picks and input boxes that stay where VS Code would take them away too soon. */
import type * as vscode from 'vscode';
import type { Disposable } from './signal';

/** Nobody has read a question and left it sooner. */
const TOO_SOON_MS = 400;

/**
 * Shows it, and tells when the user has left it. A page in an editor gets the focus back a moment after the palette has
 * closed, which hides what a command has just asked: then it is shown once more.
 *
 * @returns to be disposed before the quick input itself
 */
export function showUntilLeft(input: vscode.QuickInput, onLeft: () => void): Disposable {
  const shownMs = Date.now();
  let isAgain = false;
  const listening = input.onDidHide(() => {
    if (isAgain || Date.now() - shownMs > TOO_SOON_MS) onLeft();
    else {
      isAgain = true;
      input.show();
    }
  });
  input.show();
  return listening;
}
