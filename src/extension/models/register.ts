/** Registering a model: an artifact of a run, or a file or folder that is none. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import type { FileOrigin, ModelVersionRow } from '../../protocol/registry';
import { type AskedEdit, ModelName } from '../../protocol/registryEdit';
import { chooseStore } from '../commands/chooseStore';
import { runsIn } from '../commands/onRuns';
import { pickRun, type RunRef } from '../commands/pickRun';
import type { ModelVersionPanels } from '../panels/modelVersionPanel';
import type { StoreSession } from '../stores/session';
import { plain, withoutIcons } from '../text';
import type { ModelsParts } from '.';
import { giveAlias } from './promote';

/** Of a run's artifacts so many are looked through for what may be a model. */
export const LOOKED_AT = 500;

type Pages = () => Promise<ModelVersionPanels>;

/** @param given a file of the explorer, runs, or nothing */
export async function registerModel(given: readonly unknown[], parts: ModelsParts, pages: Pages): Promise<void> {
  const { stores, log } = parts;
  const title = vscode.l10n.t('Register Model');
  const [first] = given;
  let file = first instanceof vscode.Uri ? first : undefined;
  let run = runsIn(given)[0];
  if (!file && !run) {
    const what = await chooseWhat(title);
    if (what === 'run') run = await pickRun(stores.sessions, 'all', title, log);
    else if (what !== undefined) file = await openFile(title, what === 'folder');
  }
  // It stands for the folder that it describes.
  if (file && basename(file.fsPath) === 'MLmodel') file = vscode.Uri.joinPath(file, '..');
  const asked = file ? await fileAsked(file, parts, title) : run && (await artifactAsked(run, title));
  if (!asked) return;
  const { session, edit } = asked;
  const progress = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Registering {0}…', edit.name) };
  const version = await vscode.window.withProgress(progress, async () => {
    const { results } = await session.request('registry/edit', { edits: [edit] });
    return results[0]?.version ?? null;
  });
  if (version !== null) await tell(session, edit.name, version, pages);
}

interface Asked {
  readonly session: StoreSession;
  readonly edit: AskedEdit & { readonly name: string };
}

async function chooseWhat(title: string): Promise<'run' | 'file' | 'folder' | undefined> {
  const items = [
    { label: vscode.l10n.t('Artifact of a Run…'), iconPath: new vscode.ThemeIcon('beaker'), what: 'run' as const },
    { label: vscode.l10n.t('File…'), iconPath: new vscode.ThemeIcon('file'), what: 'file' as const },
    { label: vscode.l10n.t('Folder…'), iconPath: new vscode.ThemeIcon('folder'), what: 'folder' as const },
  ];
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('What is the model?') }))?.what;
}

async function openFile(title: string, isFolder: boolean): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title,
    canSelectFiles: !isFolder,
    canSelectFolders: isFolder,
    openLabel: vscode.l10n.t('Register'),
  });
  return chosen?.[0];
}

async function artifactAsked(run: RunRef, title: string): Promise<Asked | undefined> {
  const { session, row } = run;
  const path = await chooseArtifact(run, title);
  const name = path === undefined ? undefined : await chooseModel(session, title);
  if (path === undefined || name === undefined) return undefined;
  return { session, edit: { op: 'register', name, runId: row.runId, path, description: '' } };
}

async function fileAsked(file: vscode.Uri, { stores }: ModelsParts, title: string): Promise<Asked | undefined> {
  if (file.scheme !== 'file')
    throw new LoopwrightError('bad_request', vscode.l10n.t('Only files on this machine can be registered.'));
  const own = vscode.workspace.getWorkspaceFolder(file);
  const sessions = stores.sessions.filter(({ canWrite }) => canWrite);
  const inFolder = sessions.filter(({ paths }) => own && paths.root.startsWith(own.uri.fsPath));
  const session = await chooseStore(inFolder.length > 0 ? inFolder : sessions, title);
  if (!session) return undefined;
  const progress = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Looking for its run…') };
  const { runs } = await vscode.window.withProgress(progress, () =>
    session.request('registry/originOf', { path: file.fsPath }),
  );
  const runId = await chooseOrigin(runs, title);
  const name = runId === undefined ? undefined : await chooseModel(session, title);
  if (runId === undefined || name === undefined) return undefined;
  return { session, edit: { op: 'registerFile', name, file: file.fsPath, runId, description: '' } };
}

/** @returns null where no run is to be named; undefined where the user left */
async function chooseOrigin(runs: readonly FileOrigin[], title: string): Promise<string | null | undefined> {
  if (runs.length === 0) return null;
  const items = runs.map(({ runId, name, path, how }) => ({
    label: withoutIcons(plain(name, 100)),
    description: how === 'written' ? vscode.l10n.t('wrote this content') : vscode.l10n.t('has it as an artifact'),
    detail: withoutIcons(plain(path, 200)),
    iconPath: new vscode.ThemeIcon('beaker'),
    runId,
  }));
  const none = {
    label: vscode.l10n.t('No Run'),
    description: vscode.l10n.t('register the file alone'),
    iconPath: new vscode.ThemeIcon('file'),
    runId: null,
  };
  const placeHolder = vscode.l10n.t('The run that made it');
  return (await vscode.window.showQuickPick([...items, none], { title, placeHolder }))?.runId;
}

/** What has come of it: also that its files could not be kept, and what to do then. */
async function tell(session: StoreSession, name: string, number: number, pages: Pages): Promise<void> {
  const { version } = await session.request('registry/version', { name, which: number });
  const open = vscode.l10n.t('Open Model Version');
  const alias = vscode.l10n.t('Set Alias…');
  const said = toldOf(version);
  const chosen =
    version.status === 'FAILED_REGISTRATION'
      ? await vscode.window.showWarningMessage(said, open)
      : await vscode.window.showInformationMessage(said, open, alias);
  if (chosen === alias) await giveAlias({ session, name, version: number });
  else if (chosen === open) (await pages()).show(session, { name, version: number });
}

function toldOf({ name, version, status, statusMessage }: ModelVersionRow): string {
  const [short, number, why] = [plain(name, 60), String(version), plain(statusMessage, 400)];
  switch (status) {
    case 'READY':
      return why === ''
        ? vscode.l10n.t('{0} v{1} is registered.', short, number)
        : vscode.l10n.t('{0} v{1} is registered. {2}', short, number, why);
    case 'PENDING_REGISTRATION':
      return vscode.l10n.t(
        '{0} v{1} is registered. Its files are still being kept; it can be used then.',
        short,
        number,
      );
    case 'FAILED_REGISTRATION':
      return vscode.l10n.t('{0} v{1} is registered, but without files of its own. {2}', short, number, why);
  }
}

/** @returns undefined where the user chose none */
async function chooseArtifact({ session, row }: RunRef, title: string): Promise<string | undefined> {
  const { artifacts } = await session.request('runs/artifacts', { runId: row.runId, limit: LOOKED_AT });
  const paths = candidates(artifacts.map(({ path }) => path));
  if (paths.length === 0)
    throw new LoopwrightError('not_found', `${plain(row.name, 60)} has no artifacts that could be registered.`);
  const items = paths.map((path) => ({ label: withoutIcons(plain(path, 200)), path }));
  const placeHolder = vscode.l10n.t('The artifact of {0} that is the model', plain(row.name, 60));
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.path;
}

const MODEL_FILE = /\.(onnx|pkl|pickle|joblib|pt|pth|h5|keras|txt|json|ubj|cbm|bin|safetensors)$/i;

/** Folders that say that they are a model, files that look like one, then everything else. Pure. */
export function candidates(paths: readonly string[]): string[] {
  const folders = paths.filter((path) => /(^|\/)MLmodel$/.test(path)).map((path) => path.replace(/\/?MLmodel$/, ''));
  const inFolder = (path: string) => folders.some((folder) => folder !== '' && path.startsWith(`${folder}/`));
  const others = paths.filter((path) => !inFolder(path));
  const likely = others.filter((path) => MODEL_FILE.test(path));
  return [
    ...new Set([
      ...folders.filter((folder) => folder !== ''),
      ...likely,
      ...others.filter((path) => !likely.includes(path)),
    ]),
  ];
}

async function chooseModel(session: StoreSession, title: string): Promise<string | undefined> {
  const { models } = await session.request('registry/models', { limit: LOOKED_AT });
  if (models.length === 0) return askForName(title, '');
  const fresh = vscode.l10n.t('$(add) New Model…');
  const items = models.map(({ name, latestVersion }) => ({
    label: withoutIcons(plain(name, 100)),
    description: latestVersion === null ? '' : `v${String(latestVersion)}`,
    name,
  }));
  const placeHolder = vscode.l10n.t('The model of which it becomes the next version');
  const chosen = await vscode.window.showQuickPick([{ label: fresh, description: '', name: '' }, ...items], {
    title,
    placeHolder,
  });
  if (!chosen) return undefined;
  return chosen.name === '' ? askForName(title, '') : chosen.name;
}

export const askForName = (title: string, value: string): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    title,
    value,
    prompt: vscode.l10n.t('The name of the model, as in models:/NAME/3'),
    validateInput: (typed) => ModelName.safeParse(typed).error?.issues[0]?.message,
  });
