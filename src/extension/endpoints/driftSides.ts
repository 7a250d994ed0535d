/** What may be compared for drift, and choosing it: tables, what a run has read, what a version was trained with, what an endpoint was asked. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { driftFile } from '../../client/drift';
import type { EndpointRow } from '../../protocol/endpoints';
import type { DriftKnown } from '../../protocol/driftSides';
import { LoopwrightError } from '../../protocol/errors';
import type { DriftSource } from '../../protocol/requests';
import { TABLE } from '../../protocol/tables';
import { pickRun, type RunRef } from '../commands/pickRun';
import type { VersionNode } from '../models/tree';
import type { StoreSession } from '../stores/session';
import { plain } from '../text';
import type { EndpointsParts } from '.';
import { isTable } from './score';
import { mayServe } from './serve';
import type { EndpointNode } from './tree';

/** A side, and the store that knows it; null for a table, which any may. */
export interface FoundSide {
  readonly known: DriftKnown;
  readonly session: StoreSession | null;
}

/** What others ask for a side with. */
export interface SideParts extends EndpointsParts {
  readonly pickEndpoint: (title: string) => Promise<EndpointNode | undefined>;
}

export const tableSide = (at: vscode.Uri): FoundSide => ({
  known: driftFile(basename(at.fsPath), at.fsPath),
  session: null,
});

/** The training data of a version. @returns undefined if the user chose none of several tables, or did not consent */
export async function versionSide({ session, version }: VersionNode, title: string): Promise<FoundSide | undefined> {
  const { name, version: which, run } = version;
  const tables = run === null ? [] : await tablesRead(session, run.runId);
  const isTold = tables.filter((path) => /train/i.test(basename(path))).length === 1;
  const file = isTold ? null : await tableAmong(tables, title);
  return file === undefined ? undefined : asked(session, { kind: 'version', name, which, file });
}

/** The table that a run has read, as it was then. */
export async function runSide({ session, row }: RunRef, title: string): Promise<FoundSide | undefined> {
  const file = await tableAmong(await tablesRead(session, row.runId), title);
  return file === undefined ? undefined : asked(session, { kind: 'run', runId: row.runId, file });
}

/** What an endpoint was asked, in a time that the user chooses. */
export async function endpointSide({ session, row }: EndpointNode, title: string): Promise<FoundSide | undefined> {
  if (row.requestLog === null)
    throw new LoopwrightError(
      'bad_request',
      vscode.l10n.t(
        'The endpoint {0} keeps no log of its requests. Serve its model again with the setting loopwright.serve.log.enabled on.',
        row.name,
      ),
    );
  const age = await sinceWhen(row, title);
  if (age === undefined) return undefined;
  const fromMs = age === null ? null : Date.now() - age;
  return asked(session, { kind: 'endpoint', name: row.name, fromMs, toMs: null, label: null });
}

/** The training data of the model that it serves; what stands in the way of that, where it can't be had. */
export async function servedSide(
  session: StoreSession,
  { model, version, digest }: EndpointRow,
): Promise<FoundSide | string | undefined> {
  if (digest === null)
    return vscode.l10n.t('{0} is no registered model: what it was trained with is not known.', model);
  try {
    return await asked(session, { kind: 'version', name: model, which: Number(version), file: null });
  } catch (thrown) {
    const { code, message } = LoopwrightError.from(thrown);
    if (code === 'not_found' || code === 'bad_request') return message;
    throw thrown;
  }
}

async function asked(session: StoreSession, source: DriftSource): Promise<FoundSide | undefined> {
  if (!(await mayServe(session))) return undefined;
  // What is large takes a while: whether it is still what was read is seen by reading it.
  const title = vscode.l10n.t('Looking for what is to be compared…');
  const known = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    session.request('drift/side', source),
  );
  return { known, session };
}

const MOST_TABLES = 500;

async function tablesRead(session: StoreSession, runId: string): Promise<string[]> {
  try {
    const { files } = await session.request('runs/files', { runId, direction: 'in', limit: MOST_TABLES });
    return files.filter(({ kind, path }) => kind === 'file' && TABLE.test(path)).map(({ path }) => path);
  } catch (error) {
    if (LoopwrightError.from(error).code === 'not_found') return []; // its run is gone, which is told where it is asked for
    throw error;
  }
}

/** @returns null where there is nothing to choose */
async function tableAmong(paths: readonly string[], title: string): Promise<string | null | undefined> {
  if (paths.length < 2) return null;
  const items = paths.map((path) => ({
    label: plain(basename(path), 80),
    description: plain(vscode.workspace.asRelativePath(path), 200),
    path,
  }));
  const placeHolder = vscode.l10n.t('The run has read several tables. Which is meant?');
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.path;
}

const HOUR_MS = 3_600_000;

/** @returns null for all of its log */
async function sinceWhen({ name }: EndpointRow, title: string): Promise<number | null | undefined> {
  const items = [
    { label: vscode.l10n.t('All of Its Log'), age: null },
    { label: vscode.l10n.t('The Last Hour'), age: HOUR_MS },
    { label: vscode.l10n.t('The Last 24 Hours'), age: 24 * HOUR_MS },
    { label: vscode.l10n.t('The Last 7 Days'), age: 7 * 24 * HOUR_MS },
  ];
  const placeHolder = vscode.l10n.t('What {0} was asked: since when?', name);
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.age;
}

export type SideKind = 'table' | 'version' | 'run' | 'endpoint';

/** Asks where a side comes from, and for what is needed then. @returns undefined if the user left */
export async function askForSide(
  parts: SideParts,
  title: string,
  placeHolder: string,
  openLabel: string,
): Promise<FoundSide | undefined> {
  const icon = (name: string) => new vscode.ThemeIcon(name);
  const items: (vscode.QuickPickItem & { readonly kindOf: SideKind })[] = [
    { label: vscode.l10n.t('Table…'), iconPath: icon('table'), kindOf: 'table' },
    { label: vscode.l10n.t('Training Data of a Model Version…'), iconPath: icon('package'), kindOf: 'version' },
    { label: vscode.l10n.t('What a Run Has Read…'), iconPath: icon('history'), kindOf: 'run' },
    { label: vscode.l10n.t('What an Endpoint Was Asked…'), iconPath: icon('broadcast'), kindOf: 'endpoint' },
  ];
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder });
  switch (chosen?.kindOf) {
    case undefined:
      return undefined;
    case 'table': {
      const at = await openTable(title, openLabel);
      return at && tableSide(at);
    }
    case 'version': {
      const node = await (await parts.models.commands()).versionOf(undefined, title);
      return node && versionSide(node, title);
    }
    case 'run': {
      const run = await pickRun(parts.stores.sessions, 'all', title, parts.log);
      return run && runSide(run, title);
    }
    case 'endpoint': {
      const node = await parts.pickEndpoint(title);
      return node && endpointSide(node, title);
    }
  }
}

async function openTable(title: string, openLabel: string): Promise<vscode.Uri | undefined> {
  const filters = {
    [vscode.l10n.t('Tables')]: ['csv', 'tsv', 'parquet', 'pq', 'jsonl', 'ndjson', 'gz', 'zst'],
  };
  const at = (await vscode.window.showOpenDialog({ title, filters, openLabel, canSelectMany: false }))?.[0];
  if (at && (at.scheme !== 'file' || !isTable(at)))
    throw new LoopwrightError(
      'bad_request',
      vscode.l10n.t('Only tables on this machine can be compared: CSV, TSV, JSON lines or Parquet.'),
    );
  return at;
}
