/** *Convert to ONNX…*: what is asked before, the conversion with its progress, and what is told of it. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import {
  comparisonWords,
  convertInto,
  type Converted,
  findFile,
  findVersion,
  type FoundModel,
  isDoubtful,
  onnxBeside,
  PackagesMissing,
  putFile,
  registerConverted,
  type Step,
} from '../../client/convert';
import { LoopwrightError } from '../../protocol/errors';
import { installPackages } from '../interpreters/install';
import type { StoreSession } from '../stores/session';
import { startStore } from '../stores/startStore';
import { plain, withoutIcons } from '../text';
import { mayLoad } from './mayLoad';
import type { ModelsParts } from '.';

/** Kept when the user has read what a conversion does. */
const TOLD = 'loopwright.convertTold';

export interface VersionOf {
  readonly name: string;
  readonly version: number;
}

type Target = { readonly kind: 'version'; readonly name: string } | { readonly kind: 'file'; readonly file: string };

interface Work {
  readonly session: StoreSession;
  readonly found: FoundModel;
  readonly target: Target;
  readonly at: vscode.Uri;
}

export class Conversions {
  constructor(
    private readonly parts: ModelsParts,
    private readonly open: (session: StoreSession, of: VersionOf) => Promise<void>,
  ) {}

  async ofVersion(session: StoreSession, of: VersionOf): Promise<void> {
    checkTrust();
    const found = await findVersion(session, session.paths, of);
    if (found.isOnnx)
      throw new LoopwrightError('bad_request', vscode.l10n.t('{0} is ONNX already.', plain(found.label)));
    const target = await chooseTarget(found, of.name);
    const at = vscode.Uri.file(found.cwd ?? dirname(session.paths.root));
    if (target) await this.ask({ session, found, target, at });
  }

  async ofFile(at: vscode.Uri): Promise<void> {
    checkTrust();
    const session = this.parts.stores.forFile(at);
    // What MLflow calls a model is the folder that MLmodel lies in.
    const path = basename(at.fsPath) === 'MLmodel' ? dirname(at.fsPath) : at.fsPath;
    startStore(session);
    const found = await findFile(session, path);
    if (found.isOnnx)
      throw new LoopwrightError('bad_request', vscode.l10n.t('{0} is ONNX already.', plain(found.label)));
    const file = await freeName(path);
    if (file !== undefined) await this.ask({ session, found, target: { kind: 'file', file }, at });
  }

  private async ask(work: Work): Promise<void> {
    const python = work.found.python ?? (await this.interpreter(work.at));
    const once = {
      yes: vscode.l10n.t('Convert'),
      said: (name: string) =>
        vscode.l10n.t('To convert it, {0} is loaded with {1}: that executes what its file says.', name, python),
      key: TOLD,
    };
    if (await mayLoad(work.found, once, this.parts.memory)) await this.convert(work, python);
  }

  private interpreter(at: vscode.Uri): Promise<string> {
    const folder = vscode.workspace.getWorkspaceFolder(at)?.uri.fsPath;
    return this.parts.interpreters.forFile(at, folderNear(at), folder);
  }

  private async convert(work: Work, python: string): Promise<void> {
    try {
      await this.show(work, await this.run(work, python));
    } catch (error) {
      if (error instanceof PackagesMissing) await this.offerPackages(work, error);
      else if (LoopwrightError.from(error).code !== 'cancelled') throw error;
    }
  }

  private async run({ session, found, target, at }: Work, python: string) {
    const title = vscode.l10n.t('Converting {0} to ONNX', plain(found.label, 60));
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return vscode.window.withProgress(options, async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      const cwd = found.cwd ?? vscode.workspace.getWorkspaceFolder(at)?.uri.fsPath ?? folderNear(at);
      return convertInto(
        session.paths.drafts,
        python,
        this.parts.python,
        { model: found.path, example: null, search: [...new Set([...found.search, cwd])] },
        {
          env: process.env,
          cwd,
          signal: abort.signal,
          onStep: (step) => progress.report({ message: stepWords(step) }),
        },
        async (made, converted) => {
          if (target.kind === 'file') {
            // VS Code has asked whether what is there may be replaced.
            putFile(made, target.file, true);
            return null;
          }
          const { label: from, runId } = found;
          return registerConverted(session, { name: target.name, folder: made, from, runId }, converted);
        },
      );
    });
  }

  /** Not awaited by who converts: the message may stand for as long as it likes. */
  private async show(
    { session, found, target }: Work,
    { converted, kept }: { converted: Converted; kept: number | null },
  ): Promise<void> {
    const open = vscode.l10n.t('Open');
    const words = plain(comparisonWords(converted.comparison), 300);
    const said =
      target.kind === 'version'
        ? vscode.l10n.t('{0} v{1} is {2} as ONNX. {3}', plain(target.name, 60), String(kept), found.label, words)
        : vscode.l10n.t('{0} is {1} as ONNX. {2}', plain(target.file, 120), plain(found.label, 60), words);
    const tell = isDoubtful(converted) ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    if ((await tell(said, open)) !== open) return;
    if (target.kind === 'version' && kept !== null) await this.open(session, { name: target.name, version: kept });
    else if (target.kind === 'file')
      await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(target.file));
  }

  private async offerPackages(work: Work, { message, packages, python }: PackagesMissing): Promise<void> {
    const install = vscode.l10n.t('Install {0}', packages.join(` ${vscode.l10n.t('and')} `));
    const other = vscode.l10n.t('Choose Interpreter…');
    const chosen = await vscode.window.showErrorMessage(message, install, other);
    if (chosen === other && (await this.parts.interpreters.choose()))
      return this.convert(work, await this.interpreter(work.at));
    if (chosen !== install) return;
    if (await installPackages(python, packages, install, vscode.workspace.getWorkspaceFolder(work.at)))
      return this.convert(work, python);
    throw new LoopwrightError(
      'bad_request',
      vscode.l10n.t('{0} could not be installed. The terminal says why.', packages.join(', ')),
    );
  }
}

export const folderNear = ({ fsPath }: vscode.Uri): string =>
  existsSync(fsPath) && statSync(fsPath).isDirectory() ? fsPath : dirname(fsPath);

function checkTrust(): void {
  if (!vscode.workspace.isTrusted)
    throw new LoopwrightError('not_trusted', vscode.l10n.t('This folder is not trusted: no model is loaded in it.'));
}

async function chooseTarget({ label }: FoundModel, name: string): Promise<Target | undefined> {
  const title = vscode.l10n.t('Convert {0} to ONNX', plain(label, 60));
  const items = [
    {
      label: vscode.l10n.t('$(package) The next version of {0}', withoutIcons(plain(name, 60))),
      description: vscode.l10n.t('this one stays as it is'),
      becomes: 'version' as const,
    },
    { label: vscode.l10n.t('$(file) A file…'), description: '', becomes: 'file' as const },
  ];
  const placeHolder = vscode.l10n.t('What the ONNX model becomes');
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder });
  if (!chosen) return undefined;
  if (chosen.becomes === 'version') return { kind: 'version', name };
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const saved = await vscode.window.showSaveDialog({
    title,
    filters: { ONNX: ['onnx'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, `${label.replaceAll(/[^\w.-]+/g, '-')}.onnx`) } : {}),
  });
  return saved && { kind: 'file', file: saved.fsPath };
}

/** Beside it; asks for another where something is there. */
async function freeName(path: string): Promise<string | undefined> {
  const file = onnxBeside(path);
  if (!existsSync(file)) return file;
  const saved = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Convert to ONNX'),
    defaultUri: vscode.Uri.file(file),
    filters: { ONNX: ['onnx'] },
  });
  return saved?.fsPath;
}

function stepWords(step: Step): string {
  switch (step) {
    case 'loading':
      return vscode.l10n.t('loading the model');
    case 'converting':
      return vscode.l10n.t('converting it');
    case 'comparing':
      return vscode.l10n.t('comparing predictions');
  }
}
