/** A table of this machine that the user chooses. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { StoreSession } from '../stores/session';

const TABLES = ['csv', 'tsv', 'parquet', 'pq', 'jsonl', 'ndjson', 'json', 'gz'];

/** @returns its path; null where none was chosen */
export async function chooseTable({ paths }: StoreSession, title: string, openLabel: string): Promise<string | null> {
  const chosen = await vscode.window.showOpenDialog({
    ...{ title, openLabel },
    defaultUri: vscode.Uri.file(dirname(paths.root)),
    filters: { [vscode.l10n.t('Tables')]: TABLES },
  });
  return chosen?.[0]?.fsPath ?? null;
}
