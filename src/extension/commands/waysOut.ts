/** The buttons of an error message: what the user can do about its cause. */
import * as vscode from 'vscode';
import type { LoopwrightError } from '../../protocol/errors';
import type { Interpreters } from '../interpreters/interpreters';
import { NotebookPackagesMissing } from '../interpreters/missingPackages';
import type { CommandId } from './ids';
import type { WayOut, WaysOut } from './registry';

export function waysOutOf(interpreters: Interpreters): WaysOut {
  const command = (title: string, id: CommandId): WayOut => ({ title, take: () => vscode.commands.executeCommand(id) });
  const showLog = command(vscode.l10n.t('Show Log'), 'loopwright.showLog');
  const choose = vscode.l10n.t('Choose Interpreter…');
  return (error: LoopwrightError) => {
    switch (error.code) {
      case 'no_python':
        return [{ title: choose, take: () => interpreters.choose() }];
      case 'notebook_packages_missing':
        return error instanceof NotebookPackagesMissing
          ? [
              { title: error.installTitle, take: () => error.install() },
              { title: choose, take: () => error.takeAnother(() => interpreters.choose()) },
            ]
          : [{ title: choose, take: () => interpreters.choose() }];
      case 'not_trusted':
        return [
          {
            title: vscode.l10n.t('Manage Workspace Trust'),
            take: () => vscode.commands.executeCommand('workbench.trust.manage'),
          },
        ];
      case 'not_adopted':
        return [command(vscode.l10n.t('Adopt Store…'), 'loopwright.adoptStore')];
      case 'store_corrupt':
        return [command(vscode.l10n.t('Repair Store'), 'loopwright.repairStore')];
      case 'bad_request':
      case 'cancelled':
      case 'gate_failed':
      case 'not_found':
      case 'run_over':
      case 'server_refused':
      case 'server_unreachable':
        return [];
      case 'engine_unavailable':
      case 'engine_stopping':
      case 'internal':
      case 'read_only':
      case 'run_failed_to_start':
      case 'runtime_too_old':
      case 'store_foreign':
      case 'store_newer':
      case 'store_unusable':
        return [showLog];
    }
  };
}
