/** *Compare for Drift…*: what with what, and the comparison as a tracked run in a terminal. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { driftCommand, driftSides } from '../../client/drift';
import { DEFAULT_CAPTURE } from '../../protocol/capture';
import type { DriftOrder } from '../../protocol/drift';
import { LoopwrightError } from '../../protocol/errors';
import type { RunRef } from '../commands/pickRun';
import type { VersionNode } from '../models/tree';
import type { StoreSession } from '../stores/session';
import { startStore } from '../stores/startStore';
import { plain } from '../text';
import {
  askForSide,
  endpointSide,
  type FoundSide,
  runSide,
  servedSide,
  type SideParts,
  tableSide,
  versionSide,
} from './driftSides';
import { driftOrderOf } from './driftSettings';
import { mayServe } from './serve';
import type { EndpointNode } from './tree';

/** What a comparison is asked for on. */
export type DriftGiven =
  | { readonly kind: 'tables'; readonly tables: readonly vscode.Uri[] }
  | { readonly kind: 'runs'; readonly runs: readonly RunRef[] }
  | { readonly kind: 'endpoint'; readonly node: EndpointNode }
  | { readonly kind: 'version'; readonly node: VersionNode };

export async function compareForDrift(parts: SideParts, given: DriftGiven): Promise<void> {
  const title = vscode.l10n.t('Compare for Drift');
  if (!vscode.workspace.isTrusted)
    throw new LoopwrightError('not_trusted', vscode.l10n.t('This folder is not trusted: its tables are not read.'));
  const chosen = await chosenFor(parts, given, title);
  if (!chosen) return;
  const { reference, current } = chosen;
  const session =
    reference.session ?? current.session ?? parts.stores.forFile(vscode.Uri.file(current.known.side.path));
  if (!(await mayServe(session))) return;
  startStore(session);
  await beginDrift(parts, session, await driftOrderOf(session, driftSides(reference.known, current.known, null)));
}

interface Chosen {
  readonly reference: FoundSide;
  readonly current: FoundSide;
}

function chosenFor(parts: SideParts, given: DriftGiven, title: string): Promise<Chosen | undefined> {
  switch (given.kind) {
    case 'tables':
      return ofTables(parts, given.tables, title);
    case 'runs':
      return ofRuns(parts, given.runs, title);
    case 'version':
      return besideOther(parts, title, () => versionSide(given.node, title));
    case 'endpoint':
      return ofEndpoint(parts, given.node, title);
  }
}

/** Two that were selected, or one, or none: what lacks is asked for. */
async function ofTables(parts: SideParts, tables: readonly vscode.Uri[], title: string): Promise<Chosen | undefined> {
  const [first, second, ...others] = tables;
  if (others.length > 0) throw tooMany(vscode.l10n.t('Select two tables, or one.'));
  if (first && second) {
    const items = [first, second].map((at) => ({
      label: basename(at.fsPath),
      description: vscode.workspace.asRelativePath(at),
      value: at,
    }));
    const picked = await whichIsReference(items, title);
    return picked && { reference: tableSide(picked), current: tableSide(picked === first ? second : first) };
  }
  const reference = await askForReference(parts, title);
  if (!reference) return undefined;
  const current = first ? tableSide(first) : await askForCurrent(parts, title);
  return current && { reference, current };
}

/** What two runs have read, or one and what is asked for. */
async function ofRuns(parts: SideParts, runs: readonly RunRef[], title: string): Promise<Chosen | undefined> {
  const [first, second, ...others] = runs;
  if (!first) return undefined;
  if (others.length > 0) throw tooMany(vscode.l10n.t('Select two runs, or one.'));
  if (!second) return besideOther(parts, title, () => runSide(first, title));
  const items = [first, second].map((run) => ({
    label: plain(run.row.name, 80),
    description: plain(run.row.experiment, 80),
    value: run,
  }));
  const picked = await whichIsReference(items, title);
  if (!picked) return undefined;
  const reference = await runSide(picked, title);
  const current = reference && (await runSide(picked === first ? second : first, title));
  return reference && current && { reference, current };
}

/** Its log beside what its model was trained with, where that is known; else beside what is asked for. */
async function ofEndpoint(parts: SideParts, node: EndpointNode, title: string): Promise<Chosen | undefined> {
  const current = await endpointSide(node, title);
  if (!current) return undefined;
  const served = await servedSide(node.session, node.row);
  const reference = typeof served === 'string' ? await askForReference(parts, title, served) : served;
  return reference && { reference, current };
}

async function besideOther(
  parts: SideParts,
  title: string,
  find: () => Promise<FoundSide | undefined>,
): Promise<Chosen | undefined> {
  const reference = await find();
  const current = reference && (await askForCurrent(parts, title));
  return reference && current && { reference, current };
}

/** @param why it is asked for */
function askForReference(parts: SideParts, title: string, why = ''): Promise<FoundSide | undefined> {
  const question = vscode.l10n.t('What is the reference, which is as it should be?');
  return askForSide(parts, title, `${why} ${question}`.trim(), vscode.l10n.t('Take as Reference'));
}

const askForCurrent = (parts: SideParts, title: string): Promise<FoundSide | undefined> =>
  askForSide(parts, title, vscode.l10n.t('What is compared with it?'), vscode.l10n.t('Compare'));

async function whichIsReference<T>(
  items: readonly (vscode.QuickPickItem & { readonly value: T })[],
  title: string,
): Promise<T | undefined> {
  const placeHolder = vscode.l10n.t('Which is the reference, which is as it should be?');
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.value;
}

const tooMany = (wayOut: string) =>
  new LoopwrightError('bad_request', vscode.l10n.t('A comparison for drift is one of two. {0}', wayOut));

export async function beginDrift(
  parts: Pick<SideParts, 'extension' | 'runProgram'>,
  session: StoreSession,
  order: DriftOrder,
): Promise<void> {
  const { path, kept, log } = order.current;
  const file = vscode.Uri.joinPath(parts.extension, 'dist', 'drift.js').fsPath;
  // What the store has kept, or logged, lies in no folder of the user's.
  const near = kept || log ? session.paths.root : path;
  await parts.runProgram(session, vscode.Uri.file(near), {
    target: { kind: 'command', command: driftCommand({ runtime: process.execPath, file }, order) },
    experiment: 'Drift',
    name: `${order.current.label} beside ${order.reference.label}`,
    env: { ELECTRON_RUN_AS_NODE: '1' },
    // What it reads it says itself.
    capture: { ...DEFAULT_CAPTURE, kinds: ['data', 'system'] },
  });
}
