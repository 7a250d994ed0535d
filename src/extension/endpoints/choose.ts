/** *Choose How to Serve…*: what is asked before, the measuring with its progress, and what follows from it. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { measureServing } from '../../client/measure';
import { LoopwrightError } from '../../protocol/errors';
import {
  choiceHeadline,
  chooseServing,
  type Freshness,
  FRESHNESS,
  type ServeFigures,
  type ServeWishes,
  STEP_WORDS,
} from '../../protocol/serveChoice';
import { plain } from '../text';
import type { EndpointsParts } from '.';
import { choiceMarkdown, showChoice, type Track } from './choiceDocument';
import { type ChosenModel, onnxPath } from './embedding';
import { mayServe } from './serve';

const LAST = 'loopwright.serveWishes';

interface Then {
  readonly track: Track;
  readonly serve: () => Promise<void>;
  readonly copy: () => Promise<void>;
}

export async function chooseHowToServe(
  parts: EndpointsParts,
  model: ChosenModel,
  title: string,
  then: Then,
): Promise<void> {
  const path = model.kind === 'file' ? onnxPath(model.at) : null;
  // What came with a clone is run as little as it is served.
  if (model.kind === 'file' && !(await mayServe(parts.stores.forFile(model.at)))) return;
  const wishes = await askForWishes(parts, title);
  if (!wishes) return;
  const label = model.kind === 'file' ? basename(model.at.fsPath) : `${model.of.name} v${String(model.of.version)}`;
  const figures = await measured(parts, model, path, plain(label, 60));
  if (!figures) return;
  const choice = chooseServing(wishes, figures);
  await showChoice(then.track, label, choiceMarkdown(label, wishes, figures, choice));
  // Not awaited: the command is over, the message may stand for as long as it likes.
  void parts.attempt('serve as recommended', async () => {
    const serve = vscode.l10n.t('Serve Model…');
    const copy = vscode.l10n.t('Copy Embedding Code…');
    const said = `${plain(label, 60)}: ${choiceHeadline(choice)}.`;
    const chosen = await vscode.window.showInformationMessage(said, serve, copy);
    if (chosen === serve) await then.serve();
    if (chosen === copy) await then.copy();
  });
}

/** @returns null if the user has cancelled it */
async function measured(
  parts: EndpointsParts,
  model: ChosenModel,
  path: string | null,
  label: string,
): Promise<ServeFigures | null> {
  const runtime = process.execPath;
  const program = { runtime, file: vscode.Uri.joinPath(parts.extension, 'dist', 'measure.js').fsPath };
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Measuring {0}', label),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    try {
      const file = path ?? (await fileOf(model));
      const onStep = (step: keyof typeof STEP_WORDS) => progress.report({ message: STEP_WORDS[step], increment: 25 });
      return await measureServing(program, { file }, onStep, abort.signal);
    } catch (thrown) {
      if (LoopwrightError.from(thrown).code === 'cancelled') return null;
      throw thrown;
    }
  });
}

/** After its files were compared with what was registered. */
async function fileOf(model: ChosenModel): Promise<string> {
  if (model.kind === 'file') return model.at.fsPath;
  const { name, version } = model.of;
  return (await model.session.request('endpoints/model', { name, which: version })).file;
}

/** Begins with what was answered last. */
async function askForWishes(parts: EndpointsParts, title: string): Promise<ServeWishes | undefined> {
  const { memory } = parts.models.parts;
  const last = wishesIn(memory.get(LAST));
  const latency = await askForNumber(
    title,
    last.latencyMs,
    vscode.l10n.t('How many milliseconds may an answer take? Leave it empty where nobody waits for one.'),
  );
  if (latency === undefined) return undefined;
  const rows = await askForNumber(
    title,
    last.rowsPerDay,
    vscode.l10n.t('How many rows does a day have? Leave it empty where that is not known.'),
  );
  if (rows === undefined) return undefined;
  const words: Readonly<Record<Freshness, string>> = {
    seconds: vscode.l10n.t('Seconds'),
    minutes: vscode.l10n.t('Minutes'),
    hours: vscode.l10n.t('Hours'),
    days: vscode.l10n.t('Days'),
  };
  const items = FRESHNESS.map((freshness) => ({ label: words[freshness], freshness }));
  const sorted = items.toSorted(
    (left, right) => Number(right.freshness === last.freshness) - Number(left.freshness === last.freshness),
  );
  const placeHolder = vscode.l10n.t('How old may an answer be?');
  const chosen = await vscode.window.showQuickPick(sorted, { title, placeHolder });
  if (!chosen) return undefined;
  const wishes = { latencyMs: latency, rowsPerDay: rows, freshness: chosen.freshness };
  await memory.update(LAST, wishes);
  return wishes;
}

/** What another version kept may be of another shape: then it is as if nothing was kept. */
function wishesIn(kept: unknown): ServeWishes {
  const of = (typeof kept === 'object' && kept !== null ? kept : {}) as Partial<Record<keyof ServeWishes, unknown>>;
  const amount = (value: unknown) => (typeof value === 'number' && value > 0 ? value : null);
  return {
    latencyMs: amount(of.latencyMs),
    rowsPerDay: amount(of.rowsPerDay),
    freshness: FRESHNESS.find((one) => one === of.freshness) ?? 'seconds',
  };
}

/** @returns null for an empty answer, undefined where the user left */
async function askForNumber(title: string, last: number | null, prompt: string): Promise<number | null | undefined> {
  const typed = await vscode.window.showInputBox({
    ...{ title, prompt, value: last === null ? '' : String(last) },
    validateInput: (text) =>
      text.trim() === '' || Number(text) > 0 ? undefined : vscode.l10n.t('A number above 0, or nothing.'),
  });
  if (typed === undefined) return undefined;
  return typed.trim() === '' ? null : Number(typed);
}
