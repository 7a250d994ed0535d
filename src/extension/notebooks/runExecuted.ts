/**
 * The notebook as it was executed: an artifact of its run, shown read-only beside the source. It has a scheme of its
 * own, `loopwright-artifact:/RUN/PATH`, so that VS Code's own notebook editor shows it and nobody can write to it.
 */
import { readFile, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import { NotebookFacts } from '../../protocol/notebooks';
import type { RunRef } from '../commands/pickRun';
import { resolveArtifact } from '../panels/artifacts';
import type { Stores } from '../stores/stores';

export const ARTIFACT_SCHEME = 'loopwright-artifact';

/** @throws LoopwrightError `not_found` where the run kept none */
export async function openExecuted({ session, row }: RunRef): Promise<void> {
  const { facts } = await session.request('runs/facts', { runId: row.runId, section: 'notebook' });
  const { executed } = NotebookFacts.parse(facts);
  if (executed === undefined)
    throw new LoopwrightError('not_found', vscode.l10n.t('{0} has no executed notebook.', row.name));
  // Looked for first: what VS Code says of a file that is not there names an address that nobody knows.
  await resolveArtifact(session.paths.runFolder(row.runId), executed);
  const uri = vscode.Uri.from({ scheme: ARTIFACT_SCHEME, path: `/${row.runId}/${executed}` });
  await vscode.commands.executeCommand('vscode.openWith', uri, 'jupyter-notebook', {
    viewColumn: vscode.ViewColumn.Beside,
    preview: false,
  });
}

/** Reads what lies below the artifacts of this window's runs, and writes nothing. */
export class ArtifactFiles implements vscode.FileSystemProvider {
  // What a run kept does not change once it is there.
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;

  constructor(private readonly stores: Stores) {}

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { file, isDirectory, sizeBytes } = await this.resolve(uri);
    const { mtimeMs, birthtimeMs } = await stat(file);
    return {
      type: isDirectory ? vscode.FileType.Directory : vscode.FileType.File,
      ctime: birthtimeMs,
      mtime: mtimeMs,
      size: sizeBytes,
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return readFile((await this.resolve(uri)).file);
  }

  readDirectory(): [string, vscode.FileType][] {
    return []; // single files are opened, no folder is ever listed
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  private async resolve(uri: vscode.Uri) {
    const [, runId = '', ...parts] = uri.path.split('/');
    try {
      const session = await this.stores.ofRun(runId);
      return await resolveArtifact(session.paths.runFolder(runId), parts.join('/'));
    } catch (error) {
      const { code, message } = LoopwrightError.from(error);
      // VS Code takes its own error for "there is no such file", and asks for many that may or may not be there.
      throw code === 'not_found' || code === 'bad_request'
        ? vscode.FileSystemError.FileNotFound(uri)
        : new Error(message);
    }
  }
}
