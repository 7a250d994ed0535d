/** What is done with endpoints. Commands that were not called on a row ask which one. */
import * as vscode from 'vscode';
import { urlOf } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import { withoutIcons } from '../text';
import type { RunRef } from '../commands/pickRun';
import { copy } from './copy';
import type { EndpointsParts } from '.';
import type { EndpointPanels } from '../panels/endpointPanel';
import { DoubleClicks } from '../views/runs/doubleClicks';
import { LOOK, VersionNode } from '../models/tree';
import { chooseWanted } from './change';
import { chooseHowToServe } from './choose';
import type { Track } from './choiceDocument';
import { type ChosenModel, copyEmbeddingCode } from './embedding';
import { compareForDrift } from './drift';
import { type DriftChange, driftAgain } from './driftAgain';
import { isTable, scoreTable } from './score';
import { scoreAgain, scoreOn } from './scoreAgain';
import { Serving } from './serve';
import { asCurl, asPython } from '../../protocol/endpointSnippets';
import { EndpointNode } from './tree';
import { describeEndpoint, isOver } from './words';

/** Two clicks may come to two objects of these commands. */
const clicks = new DoubleClicks();

export class EndpointCommands {
  private readonly serving: Serving;

  constructor(
    private readonly parts: EndpointsParts,
    private readonly look: () => void,
    private readonly pages: () => Promise<EndpointPanels>,
    private readonly track: Track,
  ) {
    this.serving = new Serving(parts, look, async (session, name) =>
      (await pages()).show(session, { name }, { preserveFocus: true }),
    );
  }

  /** @param how `LOOK` for a click on its row */
  async open(given: unknown, how?: unknown): Promise<void> {
    const node = await this.pick(given, vscode.l10n.t('Open Endpoint'), () => true);
    if (!node) return;
    const isLook = how === LOOK && !clicks.isSecond(node.id, Date.now());
    (await this.pages()).show(node.session, node.row, { preserveFocus: isLook });
  }

  /** A file of the explorer, a version; asks which one where it is called on nothing. */
  async serve(given: unknown): Promise<void> {
    const untrusted = vscode.l10n.t('This folder is not trusted: no model is served from it.');
    const model = await this.model(given, vscode.l10n.t('Serve Model'), vscode.l10n.t('Serve'), untrusted);
    if (model?.kind === 'file') await this.serving.ofFile(model.at);
    else if (model) await this.serving.ofVersion(model.session, model.of);
  }

  /** Of what runs it in a program, without an endpoint. */
  async copyEmbedding(given: unknown): Promise<void> {
    const title = vscode.l10n.t('Copy Embedding Code');
    const untrusted = vscode.l10n.t('This folder is not trusted: its models are not read.');
    const model = await this.model(given, title, vscode.l10n.t('Choose'), untrusted);
    if (model) await copyEmbeddingCode(this.parts, model, title);
  }

  /** Embedded, an endpoint or batches: measured and compared with what is asked for. */
  async choose(given: unknown): Promise<void> {
    const title = vscode.l10n.t('Choose How to Serve');
    const untrusted = vscode.l10n.t('This folder is not trusted: no model is run from it.');
    const model = await this.model(given, title, vscode.l10n.t('Choose'), untrusted);
    if (!model) return;
    await chooseHowToServe(this.parts, model, title, {
      track: this.track,
      serve: () => this.serve(model.given),
      copy: () => this.copyEmbedding(model.given),
    });
  }

  /** A table of the explorer, a version, an ONNX file; asks for what it lacks. */
  async score(given: unknown): Promise<void> {
    const title = vscode.l10n.t('Score File');
    const untrusted = vscode.l10n.t('This folder is not trusted: no model is run from it.');
    const table = given instanceof vscode.Uri && isTable(given) ? given : undefined;
    const model = await this.model(table ? undefined : given, title, vscode.l10n.t('Choose'), untrusted, true);
    if (model) await scoreTable(this.parts, model, table, title);
  }

  /**
   * Tables of the explorer, a version, runs, an endpoint; asks for what it lacks. It is given what it was called on, and what else
   * is selected.
   *
   * @param runs those among it
   */
  async drift([one, several]: readonly unknown[], runs: readonly RunRef[]): Promise<void> {
    const parts = { ...this.parts, pickEndpoint: (title: string) => this.pick(undefined, title, isLogged) };
    if (one instanceof VersionNode) return compareForDrift(parts, { kind: 'version', node: one });
    if (one instanceof EndpointNode) return compareForDrift(parts, { kind: 'endpoint', node: one });
    if (runs.length > 0) return compareForDrift(parts, { kind: 'runs', runs });
    const selected = Array.isArray(several) ? several : [one];
    const tables = selected.filter((at): at is vscode.Uri => at instanceof vscode.Uri && isTable(at));
    await compareForDrift(parts, { kind: 'tables', tables });
  }

  /** @param run a comparison @param change of its settings. Only its page calls it. */
  async driftAgain(run: unknown, change: unknown): Promise<void> {
    await driftAgain(this.parts, run as RunRef, change as DriftChange);
  }

  /** @param given a run that has scored something */
  async scoreAgain(given: unknown): Promise<void> {
    const untrusted = vscode.l10n.t('This folder is not trusted: no model is run from it.');
    // Only its page calls it.
    await scoreAgain(this.parts, given as RunRef, (title) =>
      this.model(undefined, title, vscode.l10n.t('Choose'), untrusted, true),
    );
  }

  /** @param given a run that was ended before its output was whole */
  async scoreOn(given: unknown): Promise<void> {
    await scoreOn(this.parts, given as RunRef);
  }

  /**
   * @param untrusted why nothing is done where nobody trusts the folder
   * @param isAny whether it need not be ONNX
   */
  private async model(
    given: unknown,
    title: string,
    openLabel: string,
    untrusted: string,
    isAny = false,
  ): Promise<ChosenModel | undefined> {
    if (!vscode.workspace.isTrusted) throw new LoopwrightError('not_trusted', untrusted);
    const what = given ?? (await chooseWhat(title, isAny));
    if (what === undefined) return undefined;
    const file = what === 'file' ? await openFile(title, openLabel, isAny) : what;
    if (file instanceof vscode.Uri) return { kind: 'file', at: file, given: file };
    if (file === undefined) return undefined;
    const node = await (await this.parts.models.commands()).versionOf(what, title);
    return node && { kind: 'version', session: node.session, of: node.version, given: node };
  }

  /** What it has begun is answered first. */
  async stop(given: unknown): Promise<void> {
    const node = await this.pick(given, vscode.l10n.t('Stop Endpoint'), (one) => !isOver(one.row));
    if (!node) return;
    const { name } = node.row;
    const progress = { location: { viewId: 'loopwright.endpoints' } };
    try {
      await vscode.window.withProgress(progress, () => node.session.request('endpoints/stop', { name }));
    } finally {
      this.look();
    }
  }

  async restart(given: unknown): Promise<void> {
    const node = await this.pick(given, vscode.l10n.t('Restart Endpoint'), () => true);
    if (node) await this.serving.again(node.session, node.row);
  }

  /** Another version, or a file, at the same address. */
  async change(given: unknown): Promise<void> {
    const title = vscode.l10n.t('Change Served Model');
    const node = await this.pick(given, title, ({ row }) => row.port > 0 && !isOver(row));
    if (!node) return;
    const { session, row } = node;
    await this.serving.change(session, row, async () => {
      const wanted = await chooseWanted(session, row);
      if (wanted === undefined) return undefined;
      if (wanted === 'file') {
        const file = await openFile(title, vscode.l10n.t('Choose'));
        return file && this.serving.fileServed(file);
      }
      if (wanted !== 'model') return this.serving.verified(session, { name: row.model, version: wanted.version });
      const version = await (await this.parts.models.commands()).versionOf(undefined, title);
      if (!version) return undefined;
      // Its name and number would be looked for in the endpoint's own store.
      if (version.session !== session)
        throw new LoopwrightError(
          'bad_request',
          vscode.l10n.t(
            '{0} is in another store than this endpoint. "Serve Model…" serves it from there.',
            version.version.name,
          ),
        );
      return this.serving.verified(session, version.version);
    });
  }

  async remove(given: unknown): Promise<void> {
    const node = await this.pick(given, vscode.l10n.t('Remove Endpoint'), (one) => isOver(one.row));
    if (!node) return;
    await node.session.request('endpoints/forget', { name: node.row.name });
    this.look();
  }

  async copyUrl(given: unknown): Promise<void> {
    const node = await this.pick(given, vscode.l10n.t('Copy Endpoint URL'), ({ row }) => row.port > 0 && !isOver(row));
    if (node) await copy(urlOf(node.row.port, node.row.host));
  }

  async copyCurl(given: unknown): Promise<void> {
    const call = await this.callOf(given, vscode.l10n.t('Copy as Curl Command'));
    if (!call) return;
    const text = asCurl(call, process.platform === 'win32');
    if (text === null)
      throw new LoopwrightError(
        'bad_request',
        vscode.l10n.t('A row of its input is too long for a command line. "Copy as Python" has it.'),
      );
    await copy(text);
  }

  async copyPython(given: unknown): Promise<void> {
    const call = await this.callOf(given, vscode.l10n.t('Copy as Python'));
    if (call) await copy(asPython(call));
  }

  async openLog(given: unknown): Promise<void> {
    const node = await this.pick(given, vscode.l10n.t('Open Endpoint Log'), ({ row }) => row.log !== null);
    const log = node?.row.log ?? null;
    if (log !== null) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(log));
  }

  private async callOf(given: unknown, title: string) {
    const node = await this.pick(given, title, ({ row }) => row.state === 'ready');
    return node?.session.request('endpoints/call', { name: node.row.name });
  }

  private async pick(
    given: unknown,
    title: string,
    isMeant: (node: EndpointNode) => boolean,
  ): Promise<EndpointNode | undefined> {
    if (given instanceof EndpointNode) return given;
    const open = this.parts.stores.sessions.filter(({ state }) => state.kind === 'open');
    const found = await Promise.all(
      open.map(async (session) => {
        const { endpoints } = await session.request('endpoints/rows', {});
        return endpoints.map((row) => new EndpointNode(session, row));
      }),
    );
    const nodes = found.flat().filter(isMeant);
    if (nodes.length === 0)
      throw new LoopwrightError('not_found', vscode.l10n.t('There is no such endpoint. "Serve Model…" starts one.'));
    const items = nodes.map((node) => ({
      label: node.row.name,
      description: withoutIcons(describeEndpoint(node.row, open.length > 1 ? node.session.label : null)),
      node,
    }));
    return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('The endpoint') }))?.node;
  }
}

const isLogged = ({ row }: EndpointNode): boolean => row.requestLog !== null;

async function chooseWhat(title: string, isAny: boolean): Promise<'version' | 'file' | undefined> {
  const items = [
    { label: vscode.l10n.t('Registered Model…'), iconPath: new vscode.ThemeIcon('package'), what: 'version' as const },
    {
      label: isAny ? vscode.l10n.t('Model File…') : vscode.l10n.t('ONNX File…'),
      iconPath: new vscode.ThemeIcon('file'),
      what: 'file' as const,
    },
  ];
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('What is the model?') }))?.what;
}

/** Of MLflow's models the file that says what they are. */
const MODEL_ENDINGS = ['onnx', 'joblib', 'pkl', 'pickle', 'skops', 'txt', 'lgb', 'json', 'ubj', 'xgb', '*'];

async function openFile(title: string, openLabel: string, isAny = false): Promise<vscode.Uri | undefined> {
  const filters = isAny ? { [vscode.l10n.t('Models')]: MODEL_ENDINGS } : { ONNX: ['onnx'] };
  return (await vscode.window.showOpenDialog({ title, filters, openLabel, canSelectMany: false }))?.[0];
}
