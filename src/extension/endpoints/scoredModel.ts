/** The model of *Score File…*: ONNX as it is, any other in the Python that has made it. */
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { findFile, findVersion, type FoundModel } from '../../client/convert';
import { trainingOf } from '../../client/score';
import type { ScoreOrder } from '../../protocol/score';
import { folderNear } from '../models/convert';
import { mayLoad } from '../models/mayLoad';
import { startStore } from '../stores/startStore';
import { plain } from '../text';
import type { EndpointsParts } from '.';
import type { ChosenModel } from './embedding';

/** Kept when the user has read what it does. */
const TOLD = 'loopwright.scoreTold';

type Scored = ScoreOrder['model'];
/** With what it was trained with, where that is known. */
export type ChosenScore = Pick<ScoreOrder, 'model' | 'training'>;

/** @returns undefined where the user would not have it loaded. @throws LoopwrightError */
export async function modelOf(parts: EndpointsParts, model: ChosenModel): Promise<ChosenScore | undefined> {
  if (model.kind === 'version') {
    const { session, of } = model;
    const progress = {
      location: vscode.ProgressLocation.Window,
      title: vscode.l10n.t('Checking the files of {0} v{1}…', plain(of.name, 60), String(of.version)),
    };
    const found = await vscode.window.withProgress(progress, () => findVersion(session, session.paths, of));
    const scored = found.isOnnx
      ? await session.request('scoring/model', { name: of.name, which: of.version })
      : await inPython(parts, found, of, vscode.Uri.file(found.cwd ?? dirname(session.paths.root)));
    return scored && { model: scored, training: await trainingOf(session, found.runId) };
  }
  const { at } = model;
  if (/\.onnx$/i.test(at.fsPath)) return { model: onnxFile(at.fsPath), training: null };
  // What MLflow calls a model is the folder that MLmodel lies in.
  const path = basename(at.fsPath) === 'MLmodel' ? dirname(at.fsPath) : at.fsPath;
  const session = parts.stores.forFile(at);
  startStore(session);
  const scored = await inPython(parts, await findFile(session, path), null, at);
  return scored && { model: scored, training: null };
}

/** Of Python a process for each core. */
export const threadsFor = ({ python }: Scored): number => (python ? Math.min(availableParallelism(), 64) : 1);

const onnxFile = (file: string): Scored => ({
  ...{ label: basename(file), file, version: null, columns: [], python: null },
});

async function inPython(
  { models }: EndpointsParts,
  found: FoundModel,
  version: Scored['version'],
  at: vscode.Uri,
): Promise<Scored | undefined> {
  const { label, path, search } = found;
  const { interpreters, memory, python } = models.parts;
  const folder = vscode.workspace.getWorkspaceFolder(at)?.uri.fsPath;
  const exe = found.python ?? (await interpreters.forFile(at, folderNear(at), folder));
  const once = {
    yes: vscode.l10n.t('Score'),
    said: (name: string) =>
      vscode.l10n.t('To score with it, {0} is loaded with {1}: that executes what its file says.', name, exe),
    key: TOLD,
  };
  if (!(await mayLoad(found, once, memory))) return undefined;
  const places = [...new Set([...search, ...(folder === undefined ? [] : [folder])])];
  return {
    label,
    file: path,
    version,
    columns: [],
    python: { exe, program: join(python.folder, 'score'), search: places },
  };
}
