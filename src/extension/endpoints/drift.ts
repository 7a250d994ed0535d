/** *Compare for Drift…*: which table with which, and the comparison as a tracked run in a terminal. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { driftCommand } from '../../client/drift';
import { trainingOf } from '../../client/score';
import { DEFAULT_CAPTURE } from '../../protocol/capture';
import type { DriftOrder, DriftSide } from '../../protocol/drift';
import { LoopwrightError } from '../../protocol/errors';
import type { VersionNode } from '../models/tree';
import type { StoreSession } from '../stores/session';
import { startStore } from '../stores/startStore';
import type { EndpointsParts } from '.';
import { driftOrderOf } from './driftSettings';
import { isTable } from './score';
import { mayServe } from './serve';

/** What a comparison is asked for on. */
export type DriftGiven =
  | { readonly kind: 'tables'; readonly tables: readonly vscode.Uri[] }
  | { readonly kind: 'version'; readonly node: VersionNode };

export async function compareForDrift(parts: EndpointsParts, given: DriftGiven): Promise<void> {
  const title = vscode.l10n.t('Compare for Drift');
  if (!vscode.workspace.isTrusted)
    throw new LoopwrightError('not_trusted', vscode.l10n.t('This folder is not trusted: its tables are not read.'));
  const chosen = given.kind === 'version' ? await ofVersion(given.node, title) : await ofTables(given.tables, title);
  if (!chosen) return;
  const { reference, current } = chosen;
  const session = given.kind === 'version' ? given.node.session : parts.stores.forFile(vscode.Uri.file(current.path));
  if (!(await mayServe(session))) return;
  startStore(session);
  await beginDrift(parts, session, await driftOrderOf(session, { reference, current, importances: {} }));
}

interface Chosen {
  readonly reference: DriftSide;
  readonly current: DriftSide;
}

const sideOf = (at: vscode.Uri): DriftSide => ({ label: basename(at.fsPath), path: at.fsPath });

/** Two that were selected, or one, or none: what lacks is asked for. */
async function ofTables(tables: readonly vscode.Uri[], title: string): Promise<Chosen | undefined> {
  const [first, second] = tables;
  if (first && second) {
    const items = [first, second].map((at) => ({
      label: basename(at.fsPath),
      description: vscode.workspace.asRelativePath(at),
      at,
    }));
    const placeHolder = vscode.l10n.t('Which is the reference: the table that is as it should be?');
    const picked = await vscode.window.showQuickPick(items, { title, placeHolder });
    if (!picked) return undefined;
    return { reference: sideOf(picked.at), current: sideOf(picked.at === first ? second : first) };
  }
  const reference = await openTable(title, vscode.l10n.t('Take as Reference'));
  if (!reference) return undefined;
  const current = first ?? (await openTable(title, vscode.l10n.t('Compare')));
  return current && { reference: sideOf(reference), current: sideOf(current) };
}

/** The training data of a version, as its lineage has it, beside any table. */
async function ofVersion({ session, version }: VersionNode, title: string): Promise<Chosen | undefined> {
  const path = await trainingOf(session, version.run?.runId ?? null);
  const name = vscode.l10n.t('{0} v{1}', version.name, String(version.version));
  if (path === null)
    throw new LoopwrightError(
      'not_found',
      vscode.l10n.t(
        'It is not known which table {0} was trained with, or it is not here any more. Select two tables in the explorer instead.',
        name,
      ),
    );
  const current = await openTable(title, vscode.l10n.t('Compare'));
  return (
    current && { reference: { label: vscode.l10n.t('the training data of {0}', name), path }, current: sideOf(current) }
  );
}

async function openTable(title: string, openLabel: string): Promise<vscode.Uri | undefined> {
  const filters = {
    [vscode.l10n.t('Tables')]: ['csv', 'tsv', 'parquet', 'pq', 'jsonl', 'ndjson', 'gz', 'zst'],
  };
  const at = (await vscode.window.showOpenDialog({ title, filters, openLabel, canSelectMany: false }))?.[0];
  if (at && (at.scheme !== 'file' || !isTable(at)))
    throw new LoopwrightError('bad_request', vscode.l10n.t('Only tables on this machine can be compared.'));
  return at;
}

export async function beginDrift(parts: EndpointsParts, session: StoreSession, order: DriftOrder): Promise<void> {
  const file = vscode.Uri.joinPath(parts.extension, 'dist', 'drift.js').fsPath;
  await parts.runProgram(session, vscode.Uri.file(order.current.path), {
    target: { kind: 'command', command: driftCommand({ runtime: process.execPath, file }, order) },
    experiment: 'Drift',
    name: `${order.current.label} beside ${order.reference.label}`,
    env: { ELECTRON_RUN_AS_NODE: '1' },
    // What it reads it says itself.
    capture: { ...DEFAULT_CAPTURE, kinds: ['data', 'system'] },
  });
}
