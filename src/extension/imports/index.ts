/** Importing, as the rest of the extension sees it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { later } from '../later';
import type { OfferParts } from './offer';

/** What MLflow calls its database and its folder. */
const NAMES = ['mlflow.db', 'mlruns'];

/** Offers to import what lies in the workspace folders; each thing once. */
export function offerImports(parts: OfferParts): void {
  const found = (vscode.workspace.workspaceFolders ?? []).filter(({ uri: { fsPath } }) =>
    NAMES.some((name) => existsSync(join(fsPath, name))),
  );
  if (found.length > 0) void parts.attempt('import', async () => (await later()).offerToImport(found, parts));
}
