/** Which two versions are compared: those that are selected, else the user is asked for the other, or for both. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import type { ModelVersionRow } from '../../protocol/registry';
import { plain, withoutIcons } from '../text';
import { describeVersion, VersionNode } from './tree';

/** As many as one can look through in a list; what is sought is among the newest, or has an alias. */
const OFFERED = 500;

export interface TwoVersions {
  /** What is compared with. */
  readonly left: VersionNode;
  readonly right: VersionNode;
}

export interface Asking {
  /** Asks for a model and a version of it, where the given is neither. */
  readonly versionOf: (given: unknown, title: string) => Promise<VersionNode | undefined>;
}

/**
 * @param given what a command of the tree is called with: the row, and all rows that are selected
 * @returns undefined where the user chose none
 */
export async function versionsToCompare(
  [row, selected]: readonly unknown[],
  { versionOf }: Asking,
): Promise<TwoVersions | undefined> {
  const rows = Array.isArray(selected) ? selected.filter((one) => one instanceof VersionNode) : [];
  const [first, second] = rows;
  if (rows.length > 2) throw new LoopwrightError('bad_request', vscode.l10n.t('Two versions can be compared.'));
  if (first && second) return inOrder(first, second);
  const title = vscode.l10n.t('Compare Model Versions');
  const own = row instanceof VersionNode ? row : await versionOf(row ?? first, title);
  const other = own && (await chooseOther(own, versionOf));
  return own && other ? checked({ left: other, right: own }) : undefined;
}

/** Of one model the later stands on the right. */
function inOrder(first: VersionNode, second: VersionNode): TwoVersions {
  const isLater = first.version.name === second.version.name && first.version.version > second.version.version;
  return checked(isLater ? { left: second, right: first } : { left: first, right: second });
}

function checked(two: TwoVersions): TwoVersions {
  const { left, right } = two;
  if (left.session !== right.session)
    throw new LoopwrightError('bad_request', vscode.l10n.t('Versions of different folders can not be compared.'));
  if (left.version.name === right.version.name && left.version.version === right.version.version)
    throw new LoopwrightError('bad_request', vscode.l10n.t('Choose two different versions to compare.'));
  return two;
}

async function chooseOther(
  { session, version: own }: VersionNode,
  versionOf: Asking['versionOf'],
): Promise<VersionNode | undefined> {
  const { name, version } = own;
  const title = vscode.l10n.t('Compare {0} v{1} with…', plain(name, 40), String(version));
  const { versions } = await session.request('registry/versions', { name, limit: OFFERED });
  const items = likelyFirst(versions, version).map((one) => ({
    label: `v${String(one.version)}`,
    description: withoutIcons(describeVersion(one, Date.now())),
    node: new VersionNode(session, one),
  }));
  const elsewhere = { label: vscode.l10n.t('Version of Another Model…'), iconPath: new vscode.ThemeIcon('package') };
  const placeHolder = vscode.l10n.t('The version that it is compared with');
  const all = [...items, elsewhere];
  const chosen = await vscode.window.showQuickPick(all, { title, placeHolder, matchOnDescription: true });
  if (!chosen) return undefined;
  return 'node' in chosen ? chosen.node : versionOf(undefined, title);
}

/** The champion, else the one before: what one compares with comes first and is taken by Enter. Pure. */
export function likelyFirst<Row extends Pick<ModelVersionRow, 'version' | 'aliases'>>(
  versions: readonly Row[],
  own: number,
): Row[] {
  const others = versions.filter(({ version }) => version !== own);
  const likely =
    others.find(({ aliases }) => aliases.includes('champion')) ?? others.find(({ version }) => version < own);
  return likely === undefined ? others : [likely, ...others.filter((one) => one !== likely)];
}
