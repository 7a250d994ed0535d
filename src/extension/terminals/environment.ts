/**
 * What the workspace's terminals get from us: the `loopwright` command on their PATH, and, where the user wants it, the
 * hook that makes runs of the scripts that are typed there. Nothing of it before the workspace is trusted.
 */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import { inBackground, type Log } from '../log';
import { type Disposable, Disposables } from '../signal';
import { makeShim } from './shim';
import { collectVariables } from './variables';

const SETTING = 'trackTerminals';

export interface TerminalEnvironmentParts {
  readonly collection: vscode.EnvironmentVariableCollection;
  /** Where the command is put; of the user, not of the workspace. */
  readonly shimFolder: string;
  readonly cliFile: string;
  readonly hookFolder: string;
  readonly storeOf: (folder: vscode.Uri) => string;
  readonly log: Log;
}

export class TerminalEnvironment implements Disposable {
  private readonly disposables = new Disposables();

  constructor(private readonly parts: TerminalEnvironmentParts) {
    // A window's own: another folder's trust and settings are asked for anew.
    parts.collection.persistent = false;
    parts.collection.clear();
  }

  /** Call it once the workspace is trusted. */
  start(): void {
    this.update();
    this.disposables.track(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (
          change.affectsConfiguration(`loopwright.${SETTING}`) ||
          change.affectsConfiguration('terminal.integrated.env')
        )
          this.update();
      }),
    );
    this.disposables.track(vscode.workspace.onDidChangeWorkspaceFolders(() => this.update()));
  }

  /** Switches the tracking of typed scripts on or off, for this workspace. */
  async toggle(): Promise<void> {
    if (!vscode.workspace.isTrusted)
      throw new LoopwrightError('not_trusted', vscode.l10n.t('This folder is not trusted: nothing is run in it.'));
    if (!vscode.workspace.workspaceFolders?.length)
      throw new LoopwrightError(
        'bad_request',
        vscode.l10n.t('Open a folder first: scripts of its terminals are tracked.'),
      );
    const isOn = !isTracking();
    await vscode.workspace.getConfiguration('loopwright').update(SETTING, isOn, vscode.ConfigurationTarget.Workspace);
    // Not awaited: it is done, the message may stand for as long as it likes.
    void vscode.window.showInformationMessage(
      isOn
        ? vscode.l10n.t('Python scripts typed in new terminals of this workspace are tracked.')
        : vscode.l10n.t('Python scripts typed in new terminals of this workspace are not tracked any more.'),
    );
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private update(): void {
    inBackground(this.parts.log, 'the environment of terminals', this.apply());
  }

  private async apply(): Promise<void> {
    const { collection, shimFolder, cliFile, hookFolder, storeOf } = this.parts;
    const shim = await makeShim(shimFolder, {
      runtime: process.execPath,
      isElectron: process.versions.electron !== undefined,
      cliFile,
    });
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const variables = collectVariables({
      platform: process.platform,
      shim,
      hookFolder,
      folders: isTracking() ? folders.map(({ uri }) => ({ folder: uri.fsPath, store: storeOf(uri) })) : [],
      pythonPath: givenPythonPath(),
    });
    collection.clear();
    collection.description = isTracking()
      ? vscode.l10n.t('Puts the command `loopwright` on the PATH and tracks the Python scripts that are typed.')
      : vscode.l10n.t('Puts the command `loopwright` on the PATH.');
    collection.append('PATH', variables.pathSuffix);
    for (const [name, value] of Object.entries(variables.set)) collection.replace(name, value);
  }
}

function isTracking(): boolean {
  return vscode.workspace.getConfiguration('loopwright').get<boolean>(SETTING, false);
}

/** What a terminal would have without us: VS Code's setting for terminals goes before its own environment. */
function givenPythonPath(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'osx' : 'linux';
  const set = vscode.workspace.getConfiguration('terminal.integrated.env').get<Record<string, unknown>>(system, {});
  const { PYTHONPATH: value } = set;
  return typeof value === 'string' ? value : (process.env.PYTHONPATH ?? '');
}
