/** Charts as files, where the user says: pictures that a page made, and all points of metrics as they were logged. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { SavedPicture, SavedPoints } from '../../protocol/pages/charts';
import { MAX_PAGE } from '../../protocol/requests';
import type { StoreSession } from '../stores/session';
import { CSV_HEAD, type CsvSource, csvRows, fileNameOf } from './csv';

export async function savePicture(picture: SavedPicture): Promise<void> {
  const uri = await ask(picture.heading, picture.format);
  if (!uri) return;
  const bytes = picture.format === 'svg' ? Buffer.from(picture.text) : Buffer.from(picture.base64, 'base64');
  await vscode.workspace.fs.writeFile(uri, bytes);
}

/** A table that a page has as comma-separated values. */
export async function saveText({ heading, text }: { readonly heading: string; readonly text: string }): Promise<void> {
  const uri = await ask(heading, 'csv');
  if (uri) await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
}

/** @param runId the page's own run */
export async function savePoints(store: StoreSession, runId: string, { heading, lines }: SavedPoints): Promise<void> {
  const uri = await ask(heading, 'csv');
  if (!uri) return;
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Saving {0}', uri.path.slice(uri.path.lastIndexOf('/') + 1)),
      cancellable: true,
    },
    async (_, cancel) => {
      const sources = await sourcesOf(store, runId, lines);
      const isWhole = await write(uri, (append) => appendAll(store, sources, append, cancel));
      if (!isWhole) await rm(uri.fsPath, { force: true });
    },
  );
}

async function ask(heading: string, extension: string): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = fileNameOf(heading, extension);
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save {0} As', name),
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
    filters: { [extension.toUpperCase()]: [extension] },
  });
}

async function sourcesOf(store: StoreSession, ownId: string, lines: SavedPoints['lines']): Promise<CsvSource[]> {
  const names = new Map<string, string>();
  const sources: CsvSource[] = [];
  for (const { runId = ownId, key } of lines) {
    const name = names.get(runId) ?? (await store.request('runs/get', { runId })).run.name;
    names.set(runId, name);
    sources.push({ run: name, runId, key });
  }
  return sources;
}

/** @returns false where the user gave up */
async function appendAll(
  store: StoreSession,
  sources: readonly CsvSource[],
  append: (text: string) => Promise<void>,
  cancel: vscode.CancellationToken,
): Promise<boolean> {
  await append(CSV_HEAD);
  for (const source of sources) {
    let pageToken: string | null = null;
    do {
      if (cancel.isCancellationRequested) return false;
      const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(store, source, pageToken);
      await append(csvRows(source, page.points));
      pageToken = page.nextPageToken;
    } while (pageToken !== null);
  }
  return true;
}

async function pageOf(store: StoreSession, { runId, key }: CsvSource, pageToken: string | null) {
  const after = pageToken === null ? {} : { pageToken };
  try {
    return await store.request('metrics/points', { runId, key, limit: MAX_PAGE, ...after });
  } catch (error) {
    // A rival need not have every metric of the chart.
    if (pageToken === null && error instanceof Error && 'code' in error && error.code === 'not_found')
      return { points: [], nextPageToken: null };
    throw error;
  }
}

async function write(uri: vscode.Uri, fill: (append: (text: string) => Promise<void>) => Promise<boolean>) {
  if (uri.scheme !== 'file') {
    const parts: string[] = [];
    const isWhole = await fill((text) => Promise.resolve(void parts.push(text)));
    if (isWhole) await vscode.workspace.fs.writeFile(uri, Buffer.from(parts.join('')));
    return true;
  }
  const file: FileHandle = await open(uri.fsPath, 'w');
  try {
    return await fill((text) => file.writeFile(text));
  } finally {
    await file.close();
  }
}
