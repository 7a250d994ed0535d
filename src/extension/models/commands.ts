/** What is done with registered models and their versions. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import { Stage } from '../../protocol/registry';
import type { AskedEdit } from '../../protocol/registryEdit';
import type { StoreSession } from '../stores/session';
import type { CompareVersionsPanels } from '../panels/compareVersionsPanel';
import type { ModelVersionPanels } from '../panels/modelVersionPanel';
import { plain, withoutIcons } from '../text';
import { DoubleClicks } from '../views/runs/doubleClicks';
import type { ModelsParts } from '.';
import { versionsToCompare } from './compare';
import { Conversions } from './convert';
import { approve, giveAlias, moveTo, promote, type Promoted } from './promote';
import { askForName, LOOKED_AT, registerModel } from './register';
import { describeVersion, LOOK, ModelNode, VersionNode } from './tree';

/** Two clicks may come to two objects of these commands. */
const clicks = new DoubleClicks();

export class ModelCommands {
  constructor(
    private readonly parts: ModelsParts,
    private readonly pages: () => Promise<ModelVersionPanels>,
    private readonly comparisons: () => Promise<CompareVersionsPanels>,
  ) {}

  /** A click shows, a double click goes there, as in the explorer. */
  async open([given, how]: readonly unknown[]): Promise<void> {
    const node = await this.versionOf(given, vscode.l10n.t('Open Model Version'));
    if (!node) return;
    const { session, version: of } = node;
    const isLook =
      how === LOOK && !clicks.isSecond(`${session.paths.root}:${of.name}/${String(of.version)}`, Date.now());
    (await this.pages()).show(session, of, { preserveFocus: isLook });
  }

  async compare(given: readonly unknown[]): Promise<void> {
    const two = await versionsToCompare(given, { versionOf: (one, title) => this.versionOf(one, title) });
    if (!two) return;
    const { left, right } = two;
    (await this.comparisons()).show(right.session, { left: left.version, right: right.version });
  }

  /** An artifact of a run as a new version, or a file or folder. */
  async register(given: readonly unknown[]): Promise<void> {
    await registerModel(given, this.parts, this.pages);
  }

  /** To an alias, or to a stage that has a gate. */
  async promote(given: unknown): Promise<void> {
    const node = await this.versionOf(given, vscode.l10n.t('Promote'));
    if (node) await promote(promotedIn(node));
  }

  /** Of what the version holds, for gates that ask for it. */
  async approve(given: unknown): Promise<void> {
    const title = vscode.l10n.t('Approve Model Version');
    const node = await this.versionOf(given, title);
    if (node && (await approve(promotedIn(node)))) {
      const { name, version } = node.version;
      const said = vscode.l10n.t('You have approved {0} v{1}.', plain(name, 60), String(version));
      await this.offerUndo(said, node.session, [{ op: 'withdrawApproval', name, version }]);
    }
  }

  /** Of a version; of a file where it is called on one. */
  async convert(given: unknown): Promise<void> {
    const conversions = new Conversions(this.parts, async (session, of) => (await this.pages()).show(session, of));
    if (given instanceof vscode.Uri) return conversions.ofFile(given);
    const node = await this.versionOf(given, vscode.l10n.t('Convert to ONNX'));
    if (node) await conversions.ofVersion(node.session, node.version);
  }

  async setAlias(given: unknown): Promise<void> {
    const node = await this.versionOf(given, vscode.l10n.t('Set Alias'));
    if (node) await giveAlias(promotedIn(node));
  }

  async removeAlias(given: unknown): Promise<void> {
    const title = vscode.l10n.t('Remove Alias');
    const node = await this.versionOf(given, title);
    if (!node) return;
    const { name, aliases } = node.version;
    const [only] = aliases;
    const alias = aliases.length > 1 ? await vscode.window.showQuickPick(aliases, { title }) : only;
    if (alias !== undefined) await this.edit(node.session, { op: 'removeAlias', name, alias });
  }

  async setStage(given: unknown): Promise<void> {
    const title = vscode.l10n.t('Set Stage');
    const node = await this.versionOf(given, title);
    if (!node) return;
    const { name, version, stage: current } = node.version;
    const chosen = await vscode.window.showQuickPick(
      Stage.options.filter((stage) => stage !== current),
      { title, placeHolder: vscode.l10n.t('{0} v{1} is in stage {2}', plain(name, 60), String(version), current) },
    );
    const stage = Stage.safeParse(chosen);
    if (stage.success) await moveTo(promotedIn(node), { kind: 'stage', to: stage.data, now: null });
  }

  async rename(given: unknown): Promise<void> {
    const title = vscode.l10n.t('Rename Model');
    const node = given instanceof ModelNode ? given : await this.pickModel(title);
    if (!node) return;
    const { name } = node.model;
    const newName = await askForName(title, name);
    if (newName !== undefined && newName !== name) await this.edit(node.session, { op: 'rename', name, newName });
  }

  /** A model with its versions, or a version. */
  async delete(given: unknown): Promise<void> {
    const node =
      given instanceof ModelNode || given instanceof VersionNode
        ? given
        : await this.pickModel(vscode.l10n.t('Delete Model'));
    if (node instanceof ModelNode) {
      const { name } = node.model;
      await this.edit(node.session, { op: 'delete', name });
      await this.offerUndo(vscode.l10n.t('{0} is deleted.', plain(name, 60)), node.session, [{ op: 'restore', name }]);
    } else if (node) {
      const { name, version } = node.version;
      await this.edit(node.session, { op: 'deleteVersion', name, version });
      const said = vscode.l10n.t('{0} v{1} is deleted.', plain(name, 60), String(version));
      await this.offerUndo(said, node.session, [{ op: 'restoreVersion', name, version, withAliases: true }]);
    }
  }

  async copyUri(given: unknown): Promise<void> {
    const node = await this.versionOf(given, vscode.l10n.t('Copy Model URI'));
    if (!node) return;
    const uri = `models:/${node.version.name}/${String(node.version.version)}`;
    await vscode.env.clipboard.writeText(uri);
    vscode.window.setStatusBarMessage(vscode.l10n.t('{0} is copied.', plain(uri, 100)), 3000);
  }

  async openRun(given: unknown): Promise<void> {
    const node = await this.versionOf(given, vscode.l10n.t('Open Run of Model Version'));
    const { session, version } = node ?? {};
    if (!session || !version) return;
    if (!version.run) throw new LoopwrightError('not_found', 'It is not known which run made this version.');
    const { run: row } = await session.request('runs/get', { runId: version.run.runId });
    this.parts.openPage({ session, row });
  }

  private async edit(session: StoreSession, edit: AskedEdit): Promise<number | null> {
    const { results } = await session.request('registry/edit', { edits: [edit] });
    return results[0]?.version ?? null;
  }

  private async offerUndo(said: string, session: StoreSession, edits: AskedEdit[]): Promise<void> {
    const undo = vscode.l10n.t('Undo');
    if ((await vscode.window.showInformationMessage(said, undo)) === undo)
      await session.request('registry/edit', { edits });
  }

  /** Asks for what is not given; undefined where the user left. */
  async versionOf(given: unknown, title: string): Promise<VersionNode | undefined> {
    if (given instanceof VersionNode) return given;
    const model = given instanceof ModelNode ? given : await this.pickModel(title);
    if (!model) return undefined;
    const { session } = model;
    const { versions } = await session.request('registry/versions', { name: model.model.name });
    const items = versions.map((version) => ({
      label: `v${String(version.version)}`,
      description: withoutIcons(describeVersion(version, Date.now())),
      node: new VersionNode(session, version),
    }));
    const placeHolder = vscode.l10n.t('The version of {0}', plain(model.model.name, 60));
    return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.node;
  }

  private async pickModel(title: string): Promise<ModelNode | undefined> {
    const open = this.parts.stores.sessions.filter(({ state }) => state.kind === 'open');
    const found = await Promise.all(
      open.map(async (session) => {
        const { models } = await session.request('registry/models', { limit: LOOKED_AT });
        return models.map((model) => new ModelNode(session, model));
      }),
    );
    const items = found.flat().map((node) => ({
      label: withoutIcons(plain(node.model.name, 100)),
      description: vscode.l10n.t('{0} versions', node.model.versionCount),
      node,
    }));
    if (items.length === 0)
      throw new LoopwrightError('not_found', 'No model is registered yet. "Register Model…" registers one of a run.');
    return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('The model') }))?.node;
  }
}

const promotedIn = ({ session, version: { name, version } }: VersionNode): Promoted => ({ session, name, version });
