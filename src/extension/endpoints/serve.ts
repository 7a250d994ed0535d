/** *Serve Model*: what is asked before, the start with its progress, and what is told of it. */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { EndpointNotStarted, fileServed, orderOf, startEndpoint } from '../../client/endpoint';
import {
  DEFAULT_LOG,
  ENDPOINT_NAME,
  type EndpointOrder,
  type EndpointRow,
  MAX_BATCH_ROWS,
  MAX_THREADS,
  endpointNameOf,
  type RequestLogSettings,
  type ServedModel,
  urlOf,
} from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import { adoptWithConsent, needsAdoption } from '../commands/adoption';
import type { StoreSession } from '../stores/session';
import { startStore } from '../stores/startStore';
import { plain } from '../text';
import type { EndpointsParts } from '.';
import { changeOrAdd, changeServed } from './change';
import { isOver, servedWords } from './words';

export class Serving {
  constructor(
    private readonly parts: EndpointsParts,
    /** What is shown may have changed. */
    private readonly look: () => void,
    /** Shows its page. */
    private readonly open: (session: StoreSession, name: string) => Promise<void>,
  ) {}

  async ofFile(at: vscode.Uri): Promise<void> {
    if (at.scheme !== 'file')
      throw new LoopwrightError('bad_request', vscode.l10n.t('Only files on this machine can be served.'));
    if (!/\.onnx$/i.test(at.fsPath))
      throw new LoopwrightError(
        'bad_request',
        vscode.l10n.t('Only ONNX is served. "Convert to ONNX…" makes an ONNX model of others.'),
      );
    const session = this.parts.stores.forFile(at);
    if (!(await mayServe(session))) return;
    startStore(session);
    await this.serve(session, fileOf(at.fsPath));
  }

  async ofVersion(session: StoreSession, of: { readonly name: string; readonly version: number }): Promise<void> {
    await this.serve(session, await this.verified(session, of));
  }

  /** As it was started, at the same port. */
  async again(session: StoreSession, row: EndpointRow): Promise<void> {
    // What stands in a store that came with a clone was not served by this user.
    if (!(await mayServe(session))) return;
    const { name, model, version, digest, port, threads, batchRows, deadlineMs, queue, requestLog, host } = row;
    // Before it is stopped: what can't be served any more goes on as long as it does.
    const served =
      digest === null ? fileOf(row.file) : await this.verified(session, { name: model, version: Number(version) });
    const order = orderOf(served, session.paths.root, name, {
      ...{ port, threads, batchRows, deadlineMs, queue, requestLog, host },
      key: row.key ? 'kept' : 'none',
    });
    if (!isOver(row)) await session.request('endpoints/stop', { name });
    await this.start(session, order);
  }

  /** Another model at the same address. @param find what it is to be; nothing where the user chose none */
  async change(session: StoreSession, row: EndpointRow, find: () => Promise<ServedModel | undefined>): Promise<void> {
    if (!(await mayServe(session))) return;
    const served = await find();
    if (!served) return;
    try {
      if (!(await changeServed(session, row, served))) return;
      this.tellUrl(vscode.l10n.t('{0} serves {1} now.', row.name, servedWords(served)), urlOf(row.port, row.host));
    } finally {
      this.look();
    }
  }

  fileServed(at: vscode.Uri): ServedModel {
    return fileOf(at.fsPath);
  }

  /** Its files are compared with what was registered, which takes its time. */
  verified(session: StoreSession, of: { readonly name: string; readonly version: number }): Promise<ServedModel> {
    const title = vscode.l10n.t('Checking the files of {0} v{1}…', plain(of.name, 60), String(of.version));
    const progress = { location: vscode.ProgressLocation.Window, title };
    return Promise.resolve(
      vscode.window.withProgress(progress, () =>
        session.request('endpoints/model', { name: of.name, which: of.version }),
      ),
    );
  }

  private async serve(session: StoreSession, served: ServedModel): Promise<void> {
    const { endpoints } = await session.request('endpoints/rows', {});
    const living = endpoints.filter((row) => !isOver(row));
    const same = living.find((row) => row.file === served.file && row.digest === served.digest);
    if (same) {
      this.tellServed(same);
      return;
    }
    const other = living.find(({ model, digest }) => model === served.model && digest !== null);
    if (other && other.port > 0 && served.digest !== null) {
      const does = await changeOrAdd(other, served);
      if (does === 'change') await this.change(session, other, () => Promise.resolve(served));
      if (does !== 'add') return;
    }
    const name = await chooseName(served, living);
    if (name !== undefined)
      await this.start(
        session,
        orderOf(served, session.paths.root, name, { requestLog: logSettings(), ...runSettings() }),
      );
  }

  private async start(session: StoreSession, order: EndpointOrder): Promise<void> {
    const { name } = order;
    const program = {
      runtime: process.execPath,
      file: vscode.Uri.joinPath(this.parts.extension, 'dist', 'endpoint.js').fsPath,
    };
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Starting the endpoint {0}', name),
      cancellable: true,
    };
    try {
      const started = await vscode.window.withProgress(options, async (_, token) => {
        token.onCancellationRequested(() => {
          session.request('endpoints/stop', { name }).catch(() => undefined); // told by the start itself
        });
        return startEndpoint(program, order, true).catch((thrown: unknown) => {
          if (token.isCancellationRequested) return null;
          throw thrown;
        });
      });
      if (!started) return;
      this.tellUrl(vscode.l10n.t('{0} answers at {1}.', servedWords(order), started.url), started.url);
      await this.open(session, name);
    } catch (error) {
      if (!(error instanceof EndpointNotStarted)) throw error;
      if (error.reason === 'name_in_use') {
        const said = vscode.l10n.t('The endpoint {0} was started from elsewhere a moment ago.', name);
        this.tellUrl(said, null);
      } else this.offerOtherPort(session, order);
    } finally {
      this.look();
    }
  }

  private tellServed(row: EndpointRow): void {
    if (row.port === 0)
      this.tellUrl(vscode.l10n.t('{0} is being started already, as {1}.', servedWords(row), row.name), null);
    else {
      const url = urlOf(row.port, row.host);
      this.tellUrl(vscode.l10n.t('{0} is served already, as {1} at {2}.', servedWords(row), row.name, url), url);
    }
  }

  private offerOtherPort(session: StoreSession, order: EndpointOrder): void {
    const other = vscode.l10n.t('Use Another Port');
    const said = vscode.l10n.t('The port {0} of {1} is used by another program.', String(order.port), order.name);
    void this.parts.attempt('use another port', async () => {
      if ((await vscode.window.showWarningMessage(said, other)) === other)
        await this.start(session, { ...order, port: 0 });
    });
  }

  /** Not awaited: the command is over, the message may stand for as long as it likes. */
  private tellUrl(said: string, url: string | null): void {
    const copy = vscode.l10n.t('Copy URL');
    const show = vscode.l10n.t('Show Endpoints');
    void this.parts.attempt('tell of an endpoint', async () => {
      const chosen = await vscode.window.showInformationMessage(said, ...(url === null ? [show] : [copy, show]));
      if (chosen === copy && url !== null) await vscode.env.clipboard.writeText(url);
      if (chosen === show) await vscode.commands.executeCommand('loopwright.endpoints.focus');
    });
  }
}

/** Checked by hand: settings are what somebody typed. */
function logSettings(): RequestLogSettings | null {
  const settings = vscode.workspace.getConfiguration('loopwright.serve.log');
  if (settings.get('enabled') === false) return null;
  const amount = (name: string, otherwise: number): number => {
    const number: unknown = settings.get(name);
    return typeof number === 'number' && number > 0 ? number : otherwise;
  };
  const mask: unknown = settings.get('mask');
  return {
    days: amount('days', DEFAULT_LOG.days),
    megabytes: amount('sizeMB', DEFAULT_LOG.megabytes),
    mask: Array.isArray(mask) ? mask.filter((name) => typeof name === 'string') : [],
  };
}

/** 0: tuned when the model is loaded. Checked by hand, too. */
function runSettings(): Pick<EndpointOrder, 'threads' | 'batchRows'> {
  const settings = vscode.workspace.getConfiguration('loopwright.serve');
  const count = (name: string, most: number): number | null => {
    const number = Math.floor(Number(settings.get(name)));
    return number >= 1 ? Math.min(number, most) : null;
  };
  return { threads: count('threads', MAX_THREADS), batchRows: count('batchRows', MAX_BATCH_ROWS) };
}

export async function mayServe(session: StoreSession): Promise<boolean> {
  const why = vscode.l10n.t('What is kept here came from elsewhere. Serving something from it adopts it.');
  return !needsAdoption(session) || adoptWithConsent(session, why);
}

function fileOf(path: string): ServedModel {
  if (existsSync(path)) return fileServed(path);
  throw new LoopwrightError('not_found', vscode.l10n.t('There is no file {0} any more.', plain(path, 200)));
}

/** That of the model; asked for where another endpoint has it. */
async function chooseName(served: ServedModel, living: readonly EndpointRow[]): Promise<string | undefined> {
  const wished = endpointNameOf(served.model.replace(/\.onnx$/i, ''));
  const other = living.find(({ name }) => name === wished);
  if (!other) return wished;
  const taken = new Set(living.map(({ name }) => name));
  const isFree = (name: string) => !taken.has(name);
  const free = [
    `${wished}-v${served.version}`,
    ...Array.from({ length: 99 }, (_, at) => `${wished}-${String(at + 2)}`),
  ];
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Serve Model'),
    value: free.find(isFree) ?? '',
    prompt: vscode.l10n.t('The endpoint {0} serves {1}. A name for this one', wished, servedWords(other)),
    validateInput: (typed) => {
      if (!ENDPOINT_NAME.test(typed))
        return vscode.l10n.t('A name of letters, digits, ".", "_" and "-" that begins with a letter or a digit.');
      return isFree(typed) ? undefined : vscode.l10n.t('There is an endpoint {0} already.', typed);
    },
  });
}
