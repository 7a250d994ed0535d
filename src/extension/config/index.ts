/** `loopwright.yaml` in the editor, as the rest of the extension sees it: what that takes is loaded when one is opened. */
import * as vscode from 'vscode';
import { CONFIG_FILE } from '../../protocol/config/file';
import { later } from '../later';
import { inBackground } from '../log';
import { type Disposable, Disposables } from '../signal';
import type { ConfigParts } from './features';

export function watchConfigs(parts: ConfigParts): Disposable {
  const held = new Disposables();
  const look = ({ fileName }: vscode.TextDocument) => {
    if (!fileName.endsWith(CONFIG_FILE)) return;
    held.drop(opened);
    inBackground(parts.log, CONFIG_FILE, load());
  };
  const load = async () => held.track(new (await later()).ConfigFeatures(parts));
  const opened = held.track(vscode.workspace.onDidOpenTextDocument(look));
  const there = vscode.workspace.textDocuments.find(({ fileName }) => fileName.endsWith(CONFIG_FILE));
  if (there) look(there);
  return held;
}
