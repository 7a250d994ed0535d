/** Starting runs: from a file, or again as an earlier one. */
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { findInterpreter } from '../../client/interpreter';
import { missingNotebookPackages } from '../../client/notebook';
import { againOf, folderOf, prepareRun, type PythonParts, type RunRequest, type RunTarget } from '../../client/launch';
import { hiddenValuesOf, withHiddenValues } from '../../client/secretArguments';
import type { RunKind } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import type { NotebookOptions } from '../../protocol/notebooks';
import { MAX_PAGE } from '../../protocol/requests';
import type { RunSpec } from '../../protocol/runFolder';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import type { Interpreters } from '../interpreters/interpreters';
import { NotebookPackagesMissing } from '../interpreters/missingPackages';
import { captureOf } from '../captureSettings';
import { inBackground, type Log } from '../log';
import { Signal } from '../signal';
import type { RunTerminals } from '../terminals/runTerminals';
import type { RunsView } from '../views/runs/view';
import { adoptWithConsent, needsAdoption } from './adoption';
import type { RunRef } from './pickRun';

export interface LauncherParts {
  readonly stores: Stores;
  readonly interpreters: Interpreters;
  readonly terminals: RunTerminals;
  readonly view: RunsView;
  readonly python: PythonParts;
  readonly log: Log;
}

/** A file, or a module that is looked for from a folder. */
export type Place =
  | { readonly kind: 'file'; readonly at: vscode.Uri }
  | { readonly kind: 'module'; readonly module: string; readonly at: vscode.Uri }
  | { readonly kind: 'notebook'; readonly options: NotebookOptions; readonly at: vscode.Uri };

export interface Wishes extends Pick<RunRequest, 'env' | 'pythonArgs' | 'tags' | 'params' | 'sweep'> {
  readonly args: readonly string[];
  /** Where they are not said, the settings and what lies near the file decide. */
  readonly cwd?: string | undefined;
  readonly python?: string | undefined;
}

export interface StartedRun {
  readonly session: StoreSession;
  readonly runId: string;
  readonly kind: RunKind;
}

export class Launcher {
  private readonly started = new Signal<StartedRun>();
  readonly onDidStart = this.started.on;

  constructor(private readonly parts: LauncherParts) {}

  async runFile(file: vscode.Uri, args: readonly string[]): Promise<void> {
    await this.run({ kind: 'file', at: file }, { args });
  }

  /** @returns undefined if the user did not consent */
  async run(place: Place, wishes: Wishes): Promise<StartedRun | undefined> {
    refuseUntrusted();
    const session = this.parts.stores.forFile(place.at);
    if (!(await this.mayRunIn(session))) return undefined;
    const { python, cwd } = await this.lookUp(place, wishes);
    if (place.kind === 'notebook') {
      const again = async () => {
        await this.run(place, wishes);
      };
      await requirePackages(python, place.at, wishes.env, again);
    }
    const { args, env, pythonArgs, params = {}, sweep, tags = {} } = wishes;
    const target = targetOf(place, cwd, args);
    const settings = vscode.workspace.getConfiguration('loopwright', place.at);
    const capture = captureOf((name) => settings.get(name));
    const folder = vscode.workspace.getWorkspaceFolder(place.at)?.uri.fsPath;
    const request = { target, python, cwd, env, pythonArgs, params, sweep, tags, capture };
    return this.start(session, request, folder ?? cwd);
  }

  /** A program of ours. @param at near which its Python is looked for. @returns undefined if the user did not consent */
  readonly runProgram = async (
    session: StoreSession,
    at: vscode.Uri,
    request: Omit<RunRequest, 'python' | 'cwd'>,
  ): Promise<StartedRun | undefined> => {
    refuseUntrusted();
    if (!(await this.mayRunIn(session))) return undefined;
    const folder = vscode.workspace.getWorkspaceFolder(at)?.uri.fsPath;
    const cwd = folder ?? folderOf(at.fsPath);
    return this.start(
      session,
      { ...request, cwd, python: await this.parts.interpreters.forFile(at, cwd, folder) },
      cwd,
    );
  };

  /** The interpreter and the folder that a run would have. @throws LoopwrightError `no_python`, `not_trusted` */
  async lookUp({ kind, at }: Place, wishes: Pick<Wishes, 'cwd' | 'python'>): Promise<{ python: string; cwd: string }> {
    refuseUntrusted();
    const folder = vscode.workspace.getWorkspaceFolder(at)?.uri.fsPath;
    const cwd = wishes.cwd ?? cwdOf(kind, at, folder);
    const near = kind === 'module' ? at.fsPath : folderOf(at.fsPath);
    const python =
      wishes.python === undefined
        ? await this.parts.interpreters.forFile(at, near, folder)
        : findInterpreter({ wished: wishes.python, folder: folder ?? near, env: process.env });
    return { python, cwd };
  }

  /** @param change what is asked for in another way this time; undefined if the user cancelled */
  async runAgain(
    { session, row }: RunRef,
    change: (spec: RunSpec) => Promise<RunSpec | undefined> = (spec) => Promise.resolve(spec),
  ): Promise<void> {
    refuseUntrusted();
    if (!(await this.mayRunIn(session))) return;
    const { spec: kept } = await session.request('runs/spec', { runId: row.runId });
    if (kept.kind === 'client')
      throw new LoopwrightError(
        'bad_request',
        vscode.l10n.t('This run was begun by a program that logged it. Run that program again.'),
      );
    if (kept.kind === 'followed')
      throw new LoopwrightError(
        'bad_request',
        vscode.l10n.t(
          'This run was tracked while its cells were run by hand. Open {0} and run them again.',
          kept.source,
        ),
      );
    const wanted = await change(kept);
    const spec = wanted && (await askForHidden(wanted));
    if (spec) await this.startAgain(session, spec);
  }

  private async startAgain(session: StoreSession, spec: RunSpec): Promise<void> {
    if (spec.kind === 'script' || spec.kind === 'notebook')
      await saveIfOpen(isAbsolute(spec.source) ? spec.source : join(spec.cwd, spec.source));
    const python = await this.pythonAgain(spec);
    if (spec.kind === 'notebook') {
      const at = vscode.Uri.file(spec.cwd);
      const again = (isOther: boolean) => this.startAgain(session, isOther ? { ...spec, interpreter: null } : spec);
      await requirePackages(python, at, spec.env, again);
    }
    const { argv: _, ...request } = againOf(spec);
    // Not the script's own folder: where that is gone, the run shall say so, and not the terminal.
    this.start(session, { ...request, python }, dirname(session.paths.root));
  }

  private start(session: StoreSession, request: RunRequest, folder: string): StartedRun {
    const prepared = prepareRun(session.paths.root, request, this.parts.python);
    const { run_id: runId, kind } = prepared.spec;
    this.parts.log.info(`run ${runId}: ${prepared.spec.argv.join(' ')} in ${prepared.spec.cwd}`);
    const earlier = this.parts.terminals.runIds;
    // Of a notebook one sees in its cells how far it is; its terminal would stand in the way of them.
    this.parts.terminals.start(prepared, folder, kind !== 'notebook');
    session.start();
    const announce = async () => {
      await session.request('runs/announce', { runId });
      this.parts.view.revealIfVisible(session, runId);
      await this.tidy(session, earlier, prepared.spec.name);
    };
    // The run goes on whether or not the engine can be told: it finds runs by itself.
    inBackground(this.parts.log, 'announcing the run', announce());
    const run = { session, runId, kind };
    this.started.fire(run);
    return run;
  }

  /** One terminal for a script is enough: those of its runs that are over go, their output is on their pages. */
  private async tidy(session: StoreSession, runIds: readonly string[], name: string): Promise<void> {
    if (runIds.length === 0) return;
    const { runs } = await session.request('runs/rows', { runIds: runIds.slice(-MAX_PAGE) });
    for (const run of runs) if (run.name === name && run.timing.endMs !== null) this.parts.terminals.close(run.runId);
  }

  /** The interpreter of the earlier run, if it is still there; a command has none: its runner takes the folder's. */
  private async pythonAgain(spec: RunSpec): Promise<string> {
    const { interpreter, cwd } = spec;
    if (interpreter !== null) {
      try {
        return findInterpreter({ wished: interpreter, folder: cwd, env: process.env });
      } catch (error) {
        this.parts.log.warn(`${LoopwrightError.from(error).message} Taking the one of the folder.`);
      }
    }
    const at = vscode.Uri.file(join(cwd, 'any'));
    return this.parts.interpreters.forFile(at, cwd, vscode.workspace.getWorkspaceFolder(at)?.uri.fsPath);
  }

  private async mayRunIn(session: StoreSession): Promise<boolean> {
    if (!needsAdoption(session)) return true;
    const why = vscode.l10n.t('The runs kept here came from elsewhere. Running something adopts them.');
    return adoptWithConsent(session, why);
  }
}

/** The values that were not kept, from the user. @returns undefined if the user cancelled */
async function askForHidden(spec: RunSpec): Promise<RunSpec | undefined> {
  const values: string[] = [];
  const hidden = hiddenValuesOf(spec);
  for (const [index, { label }] of hidden.entries()) {
    const value = await vscode.window.showInputBox({
      title:
        hidden.length === 1
          ? vscode.l10n.t('Run Again')
          : vscode.l10n.t('Run Again ({0} of {1})', index + 1, hidden.length),
      prompt: vscode.l10n.t('The value for {0}: it looks like a secret, so it was not kept.', label),
      password: true,
      ignoreFocusOut: true,
    });
    if (value === undefined) return undefined;
    values.push(value);
  }
  return withHiddenValues(spec, values);
}

/**
 * Nothing is started that would fail at once.
 *
 * @throws NotebookPackagesMissing
 */
async function requirePackages(
  python: string,
  at: vscode.Uri,
  env: Readonly<Record<string, string>> | undefined,
  again: (isOther: boolean) => Promise<void>,
): Promise<void> {
  const packages = await missingNotebookPackages(python, { ...process.env, ...env });
  if (packages.length > 0) throw new NotebookPackagesMissing({ python, packages, at, again });
}

function refuseUntrusted(): void {
  if (vscode.workspace.isTrusted) return;
  throw new LoopwrightError('not_trusted', vscode.l10n.t('This folder is not trusted: nothing is run in it.'));
}

/** As one would type it in a terminal in that folder. */
function asTypedIn(cwd: string, file: string): string {
  const inside = relative(cwd, file);
  const isOutside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return isOutside ? file : inside;
}

function targetOf(place: Place, cwd: string, args: readonly string[]): RunTarget {
  switch (place.kind) {
    case 'module':
      return { kind: 'module', module: place.module, args };
    case 'notebook':
      return { kind: 'notebook', file: asTypedIn(cwd, place.at.fsPath), options: place.options };
    case 'file':
      return { kind: 'script', file: asTypedIn(cwd, place.at.fsPath), args };
  }
}

function cwdOf(kind: Place['kind'], file: vscode.Uri, folder: string | undefined): string {
  if (kind === 'module') return file.fsPath;
  // As Jupyter does it: relative paths in a notebook are meant from where it lies.
  if (kind === 'notebook') return dirname(file.fsPath);
  const wish = vscode.workspace.getConfiguration('loopwright', file).get<string>('cwd', 'workspaceFolder');
  return wish === 'fileDirname' || folder === undefined ? dirname(file.fsPath) : folder;
}

async function saveIfOpen(path: string): Promise<void> {
  const { textDocuments, notebookDocuments } = vscode.workspace;
  const documents = [...notebookDocuments, ...textDocuments];
  const document = documents.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
  if (document?.isDirty) await document.save();
}
