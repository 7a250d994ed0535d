/** What can be done about a finding, as quick fixes in the cell. */
import * as vscode from 'vscode';
import type { CommandId } from '../commands/ids';
import { NOTEBOOK_TYPE, type NotebookFindings, type ShownFinding } from './diagnostics';

export const IGNORE_FINDING: CommandId = 'loopwright.ignoreFinding';

export class FindingFixes implements vscode.CodeActionProvider {
  constructor(private readonly findings: NotebookFindings) {}

  register(): vscode.Disposable {
    return vscode.languages.registerCodeActionsProvider({ language: 'python', notebookType: NOTEBOOK_TYPE }, this, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    });
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const cell = cellOf(document);
    if (!cell) return [];
    return this.findings.of(document.uri).flatMap((shown) => {
      // VS Code asks with copies.
      const diagnostic = diagnostics.find(
        ({ source, code, range }) =>
          source === 'Loopwright' && code === shown.finding.rule && range.isEqual(shown.range),
      );
      if (!diagnostic) return [];
      const actions = [...fixesOf(shown, cell), ...ignoring(shown, cell)];
      for (const action of actions) action.diagnostics = [diagnostic];
      return actions;
    });
  }
}

function fixesOf({ finding, range }: ShownFinding, cell: vscode.NotebookCell): vscode.CodeAction[] {
  switch (finding.rule) {
    case 'absolute-path': {
      if (finding.replacement === null) return [];
      const action = quickFix(vscode.l10n.t('Use the Relative Path {0}', finding.replacement));
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(cell.document.uri, range, finding.replacement);
      action.isPreferred = true;
      return [action];
    }
    case 'changed-after-run': {
      const action = quickFix(vscode.l10n.t('Run This Cell'));
      const ranges = [{ start: cell.index, end: cell.index + 1 }];
      const given = { ranges, document: cell.notebook.uri };
      action.command = { title: action.title, command: 'notebook.cell.execute', arguments: [given] };
      return [action];
    }
    case 'out-of-order': {
      const action = quickFix(vscode.l10n.t('Run All Cells'));
      action.command = { title: action.title, command: 'notebook.execute', arguments: [cell.notebook.uri] };
      return [action];
    }
    case 'deleted-cell':
    case 'undefined-name':
    case 'unpinned-download':
    case 'unpinned-install':
      return []; // only the author knows
  }
}

function ignoring({ finding }: ShownFinding, { notebook }: vscode.NotebookCell): vscode.CodeAction[] {
  return [
    { title: vscode.l10n.t('Ignore "{0}" in This Notebook', finding.rule), everywhere: false },
    { title: vscode.l10n.t('Ignore "{0}" in This Workspace', finding.rule), everywhere: true },
  ].map(({ title, everywhere }) => {
    const action = quickFix(title);
    action.command = { title, command: IGNORE_FINDING, arguments: [finding.rule, notebook.uri, everywhere] };
    return action;
  });
}

const quickFix = (title: string): vscode.CodeAction => new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);

function cellOf(document: vscode.TextDocument): vscode.NotebookCell | undefined {
  for (const notebook of vscode.workspace.notebookDocuments) {
    const cell = notebook.getCells().find((one) => one.document === document);
    if (cell) return cell;
  }
  return undefined;
}
