/** What is done with servers: connecting, taking runs from them, sending runs to them. */
import * as vscode from 'vscode';
import type { SendResult } from '../../protocol/exports';
import { formatNumber } from '../../protocol/format';
import type { ServerSource } from '../../protocol/imports';
import { makeStore } from '../../protocol/node/storeFolder';
import { type ServerAccess, serverUrlOf } from '../../protocol/servers';
import { chooseStore } from '../commands/chooseStore';
import type { RunRef } from '../commands/pickRun';
import { importInto } from '../imports/importInto';
import { followWork } from '../longWork';
import type { StoreSession } from '../stores/session';
import { plain } from '../text';
import type { OtherNode } from '../views/runs/otherNodes';
import { askForToken, askingSession, keepToken, withToken } from './access';
import { ServerExperimentNode, ServerNode, ServerRunNode } from './tree';
import type { Servers } from '.';

export class ServerCommands {
  constructor(private readonly servers: Servers) {}

  /** Asks for an address, looks whether a server is there, and shows it from then on. */
  async connect(): Promise<void> {
    const typed = await vscode.window.showInputBox({
      title: vscode.l10n.t('Connect to MLflow Server'),
      prompt: vscode.l10n.t('Its address. It is shown in the Runs view; nothing is changed there.'),
      placeHolder: 'https://mlflow.example.com',
      ignoreFocusOut: true,
      validateInput: (text) =>
        text.trim() === '' || serverUrlOf(text.trim()) !== null
          ? null
          : vscode.l10n.t('An address such as https://mlflow.example.com, without a name or password'),
    });
    const url = typed === undefined ? null : serverUrlOf(typed.trim());
    if (url === null) return;
    const session = this.storeToAsk();
    const found = await withToken(url, this.servers.parts, (server) =>
      session.request('servers/experiments', { server }),
    );
    if (!found) return;
    const { urls } = this.servers;
    // A change of the setting has the tree drawn again.
    if (urls.includes(url)) this.servers.refresh();
    else await this.servers.setUrls([...urls, url]);
    const count = formatNumber(found.experiments.length);
    const more = found.nextPageToken === null ? '' : '+';
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} is shown in the Runs view now. Experiments: {1}', url, `${count}${more}`),
    );
  }

  async remove(node?: OtherNode): Promise<void> {
    const url = await this.urlOf(node, vscode.l10n.t('Remove Server'));
    if (url === undefined) return;
    await this.servers.setUrls(this.servers.urls.filter((other) => other !== url));
    await keepToken(url, null, this.servers.parts);
  }

  async changeToken(node?: OtherNode): Promise<void> {
    const url = await this.urlOf(node, vscode.l10n.t('Change Token: Of Which Server?'));
    const token = url === undefined ? undefined : await askForToken(url, '');
    if (url === undefined || token === undefined) return;
    await keepToken(url, token, this.servers.parts);
    this.servers.refresh();
  }

  /** Copies a run with its children, an experiment, or all of a server into a store of this window. */
  async copyHere(node?: OtherNode): Promise<void> {
    const url = await this.urlOf(node, vscode.l10n.t('Copy Runs: From Which Server?'));
    const session = url === undefined ? undefined : await this.storeToChange();
    if (url === undefined || !session) return;
    await withToken(url, this.servers.parts, (server) =>
      importInto(session, { ...server, ...partOf(node) }, this.servers.parts),
    );
  }

  /** @param runs none for all of a store */
  async send(runs: readonly RunRef[]): Promise<void> {
    const [first] = runs;
    const session = first?.session ?? (await this.storeToChange());
    const url = session && (await this.urlOf(undefined, vscode.l10n.t('Copy Runs: To Which Server?')));
    if (!session || url === undefined) return;
    const runIds = runs.filter((run) => run.session === session).map(({ row }) => row.runId);
    const result = await withToken(url, this.servers.parts, (server) => perform(session, server, runIds));
    this.servers.refresh();
    if (result) void tell(result, this.servers);
  }

  async open(node?: OtherNode): Promise<void> {
    const url = await this.urlOf(node, vscode.l10n.t('Open: Which Server?'));
    if (url !== undefined) await vscode.env.openExternal(vscode.Uri.parse(`${url}${placeOf(node)}`, true));
  }

  private async urlOf(node: OtherNode | undefined, title: string): Promise<string | undefined> {
    if (node && 'url' in node && typeof node.url === 'string') return node.url;
    const { urls } = this.servers;
    const connect = vscode.l10n.t('Connect to Another…');
    const chosen = urls.length === 0 ? connect : await vscode.window.showQuickPick([...urls, connect], { title });
    if (chosen !== connect) return chosen;
    await this.connect();
    return this.servers.urls.find((url) => !urls.includes(url));
  }

  /** A server is asked through a store's engine. Connecting is reason enough to have one. */
  private storeToAsk(): StoreSession {
    const session = askingSession(this.servers.parts.stores);
    makeStore(session.paths.root);
    return session;
  }

  private storeToChange(): Promise<StoreSession | undefined> {
    return chooseStore(this.servers.parts.stores.sessions, vscode.l10n.t('Copy Runs: Which Store?'));
  }
}

function partOf(node: OtherNode | undefined): Pick<ServerSource, 'runIds' | 'experimentIds'> {
  if (node instanceof ServerRunNode) return { runIds: [node.run.id] };
  if (node instanceof ServerExperimentNode) return { experimentIds: [node.experiment.id] };
  return {};
}

/** Where MLflow's own page shows it. */
function placeOf(node: OtherNode | undefined): string {
  if (node instanceof ServerNode || node === undefined) return '/';
  const experiment =
    node instanceof ServerExperimentNode ? node : node instanceof ServerRunNode ? node.experiment : null;
  if (experiment === null) return '/';
  const run = node instanceof ServerRunNode ? `/runs/${encodeURIComponent(node.run.id)}` : '';
  return `/#/experiments/${encodeURIComponent(experiment.experiment.id)}${run}`;
}

/** @returns null if the user has cancelled it: what was sent until then stays */
const perform = (session: StoreSession, server: ServerAccess, runIds: string[]): Promise<SendResult | null> =>
  followWork({
    title: vscode.l10n.t('Copying to {0}', server.url),
    start: () => session.request('export/send', { server, ...(runIds.length === 0 ? {} : { runIds }) }),
    look: async () => {
      const { done, total } = await session.request('export/state', {});
      if (total === 0) return {};
      const part = (100 * done) / total;
      return { message: `${String(Math.floor(part))} %`, part };
    },
    cancel: () => session.request('export/cancel', {}),
  });

async function tell({ url, runs, problems }: SendResult, { parts: { log, showLog } }: Servers): Promise<void> {
  const counts = [
    runs.sent === 1
      ? vscode.l10n.t('1 run copied to {0}', url)
      : vscode.l10n.t('{0} runs copied to {1}', formatNumber(runs.sent), url),
    ...(runs.updated > 0 ? [vscode.l10n.t('{0} had something new', formatNumber(runs.updated))] : []),
    ...(runs.unchanged > 0 ? [vscode.l10n.t('{0} had nothing new', formatNumber(runs.unchanged))] : []),
  ].join(', ');
  const open = vscode.l10n.t('Open in Browser');
  const look = vscode.l10n.t('Show Log');
  const [problem] = problems;
  for (const text of problems) log.warn(`copy to ${url}: ${text}`);
  const chosen = await (problem === undefined
    ? vscode.window.showInformationMessage(`${counts}.`, open)
    : vscode.window.showWarningMessage(`${counts}. ${plain(problem, 300)}`, open, look));
  if (chosen === open) await vscode.env.openExternal(vscode.Uri.parse(url, true));
  if (chosen === look) showLog();
}
