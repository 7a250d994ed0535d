/** *Change Served Model*: another version, or a file, behind an endpoint that goes on answering at its address. */
import * as vscode from 'vscode';
import type { EndpointRow, ServedModel } from '../../protocol/endpoints';
import type { StoreSession } from '../stores/session';
import { plain } from '../text';
import { servedWords } from './words';

/** What may be put behind it: a version of the model that is served now, another model, a file. */
export type Wanted = { readonly version: number } | 'model' | 'file';

/** Those of a quick pick; a page of them is enough to choose from. */
const MOST_VERSIONS = 100;

export async function chooseWanted(session: StoreSession, row: EndpointRow): Promise<Wanted | undefined> {
  const { model, version: now, digest } = row;
  const { versions } =
    digest === null
      ? { versions: [] }
      : await session.request('registry/versions', { name: model, limit: MOST_VERSIONS });
  const items: (vscode.QuickPickItem & { readonly wanted?: Wanted })[] = [
    ...versions
      .filter(({ version }) => String(version) !== now)
      .map(({ version, aliases }) => ({
        label: `v${String(version)}`,
        description: aliases.map((alias) => `@${plain(alias, 40)}`).join(' '),
        iconPath: new vscode.ThemeIcon('package'),
        wanted: { version },
      })),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: vscode.l10n.t('Registered Model…'), iconPath: new vscode.ThemeIcon('package'), wanted: 'model' },
    { label: vscode.l10n.t('ONNX File…'), iconPath: new vscode.ThemeIcon('file'), wanted: 'file' },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Change Served Model'),
    placeHolder: vscode.l10n.t('{0} serves {1}. What takes its place?', row.name, servedWords(row)),
  });
  return chosen?.wanted;
}

/** Where another version of the same model is served already: `undefined` if the user would rather do nothing. */
export async function changeOrAdd(other: EndpointRow, served: ServedModel): Promise<'change' | 'add' | undefined> {
  const items = [
    {
      label: vscode.l10n.t('Put v{0} in the Place of v{1}', served.version, other.version),
      detail: vscode.l10n.t('At the address that {0} has. No request fails by it.', other.name),
      iconPath: new vscode.ThemeIcon('arrow-swap'),
      does: 'change' as const,
    },
    {
      label: vscode.l10n.t('Serve v{0} Beside It', served.version),
      detail: vscode.l10n.t('At an address of its own.'),
      iconPath: new vscode.ThemeIcon('add'),
      does: 'add' as const,
    },
  ];
  const placeHolder = vscode.l10n.t('The endpoint {0} serves {1}', other.name, servedWords(other));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Serve Model'), placeHolder }))?.does;
}

/** @returns whether it serves that now */
export async function changeServed(session: StoreSession, row: EndpointRow, served: ServedModel): Promise<boolean> {
  const { name } = row;
  const words = servedWords(served);
  const progress = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Loading {0} for {1}. {2} answers until it is there.', words, name, servedWords(row)),
  };
  for (const anyway of [false, true]) {
    const done = await vscode.window.withProgress(progress, () =>
      session.request('endpoints/change', { name, change: { model: served, anyway } }),
    );
    if (done.changed) return true;
    const serve = vscode.l10n.t('Serve It Anyway');
    const said = vscode.l10n.t('{0} {1}. Those who ask {2} may fail.', words, plain(done.unlike, 400), name);
    if ((await vscode.window.showWarningMessage(said, { modal: true }, serve)) !== serve) return false;
  }
  return false;
}
