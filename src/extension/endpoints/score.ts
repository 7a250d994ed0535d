/** *Score File…*: which table and where to, what would go where, and the job as a tracked run in a terminal. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { outlineOf, scoreCommand, type ScoreProgram, TABLE } from '../../client/score';
import { DEFAULT_CAPTURE } from '../../protocol/capture';
import { LoopwrightError } from '../../protocol/errors';
import {
  DEFAULT_ERRORS,
  jobFolderName,
  type ScoreFormat,
  type ScoreMisfit,
  type ScoreOrder,
  type ScoreOutline,
} from '../../protocol/score';
import type { StoreSession } from '../stores/session';
import { plain } from '../text';
import type { EndpointsParts } from '.';
import type { ChosenModel } from './embedding';
import { type ChosenScore, modelOf, threadsFor } from './scoredModel';
import { mayServe } from './serve';

const CHUNK_ROWS = 65_536;
const SHOWN_COLUMNS = 12;

export const isTable = (at: vscode.Uri): boolean => TABLE.test(at.path);

/** Columns of its model, as they were last said for it. */
const memoryKey = (label: string): string => `loopwright.scoreColumns ${label}`;

export async function scoreTable(
  parts: EndpointsParts,
  model: ChosenModel,
  given: vscode.Uri | undefined,
  title: string,
): Promise<void> {
  const at = given ?? (await chooseTable(title));
  if (!at) return;
  if (at.scheme !== 'file')
    throw new LoopwrightError('bad_request', vscode.l10n.t('Only files on this machine can be scored.'));
  const session = model.kind === 'version' ? model.session : parts.stores.forFile(at);
  if (!(await mayServe(session))) return;
  const place = await chooseOutput(at.fsPath, title);
  if (!place) return;
  const program = programOf(parts);
  const known = await modelOf(parts, model);
  if (!known) return;
  const { memory } = parts.models.parts;
  const { label } = known.model;
  const first = orderOf(known, at.fsPath, place, columnsIn(memory.get(memoryKey(label))));
  const order = place.isResumed ? first : await agreed(program, first, title);
  if (!order) return;
  if (order.columns) await memory.update(memoryKey(label), order.columns);
  await begin(parts, session, program, order, place.isResumed);
}

export const programOf = ({ extension }: EndpointsParts): ScoreProgram => ({
  runtime: process.execPath,
  file: vscode.Uri.joinPath(extension, 'dist', 'score.js').fsPath,
});

export async function begin(
  parts: EndpointsParts,
  session: StoreSession,
  program: ScoreProgram,
  order: ScoreOrder,
  isResumed: boolean,
): Promise<void> {
  await parts.runProgram(session, vscode.Uri.file(order.input), {
    target: { kind: 'command', command: scoreCommand(program, order, isResumed ? 'resume' : 'new') },
    experiment: 'Scoring',
    name: `${order.model.label} on ${basename(order.input)}`,
    env: { ELECTRON_RUN_AS_NODE: '1' },
    // What it reads and writes it says itself.
    capture: { ...DEFAULT_CAPTURE, kinds: ['data', 'system'] },
  });
}

async function chooseTable(title: string): Promise<vscode.Uri | undefined> {
  const filters = {
    [vscode.l10n.t('Tables')]: ['csv', 'tsv', 'parquet', 'pq', 'jsonl', 'ndjson', 'gz', 'zst'],
  };
  const openLabel = vscode.l10n.t('Score');
  return (await vscode.window.showOpenDialog({ title, filters, openLabel, canSelectMany: false }))?.[0];
}

interface OutputPlace {
  readonly path: string;
  readonly format: ScoreFormat;
  readonly isResumed: boolean;
}

/** Beside the table, under a name that is free. One that was begun is offered to be gone on with. */
async function chooseOutput(input: string, title: string): Promise<OutputPlace | undefined> {
  const formats: readonly (readonly [ScoreFormat, string])[] = [
    ['parquet', 'Parquet'],
    ['csv', 'CSV'],
    ['jsonl', vscode.l10n.t('JSON Lines')],
  ];
  const stem = join(dirname(input), basename(input).replace(TABLE, ''));
  const begun = formats.flatMap(([format]) => {
    const path = `${stem}.scored.${format}`;
    if (!isBegun(path)) return [];
    return [
      {
        label: vscode.l10n.t('Go On with {0}', basename(path)),
        description: vscode.l10n.t('begun, and not ended'),
        iconPath: new vscode.ThemeIcon('debug-continue'),
        place: { path, format, isResumed: true },
      },
    ];
  });
  const items = formats.map(([format, label]) => {
    const path = freePath(stem, format);
    return {
      label,
      description: basename(path),
      iconPath: new vscode.ThemeIcon('file'),
      place: { path, format, isResumed: false },
    };
  });
  const placeHolder = vscode.l10n.t('Where the predictions go');
  return (await vscode.window.showQuickPick([...begun, ...items], { title, placeHolder }))?.place;
}

/** A name that is free, also of jobs that were begun. */
export function freePath(stem: string, format: ScoreFormat): string {
  for (let number = 1; ; number++) {
    const path = `${stem}.scored${number === 1 ? '' : `-${String(number)}`}.${format}`;
    if (!existsSync(path) && !isBegun(path)) return path;
  }
}

const isBegun = (path: string): boolean => existsSync(join(dirname(path), jobFolderName(basename(path)), 'job.json'));

const orderOf = (
  { model, training }: ChosenScore,
  input: string,
  { path, format }: OutputPlace,
  columns: readonly string[] | null,
): ScoreOrder => ({
  ...{
    model,
    training,
    against: null,
    input,
    output: path,
    format,
    keep: 'rest',
    columns: columns && [...columns],
    isNumbered: false,
  },
  ...{
    withVersion: false,
    withDigest: false,
    partitionBy: [],
    replaces: false,
    errors: DEFAULT_ERRORS,
    delimiter: null,
    hasHeader: null,
    encoding: 'utf-8',
  },
  ...{ chunkRows: CHUNK_ROWS, batchRows: null, threads: threadsFor(model) },
});

/** Shows what would go where until that is what is wanted. @returns undefined where the user left */
export async function agreed(program: ScoreProgram, asked: ScoreOrder, title: string): Promise<ScoreOrder | undefined> {
  let order = asked;
  for (;;) {
    const found = await outlined(program, order);
    if (!found) return undefined;
    if ('misfit' in found) {
      // Columns of an earlier table may not be those of this one.
      if (found.misfit === 'columns' && order.columns && order === asked) order = { ...order, columns: null };
      else {
        const mended = await askAgain(title, order, found);
        if (!mended) return undefined;
        order = mended;
      }
      continue;
    }
    const chosen = await showOutline(order, found, title);
    if (chosen === 'start') return order;
    if (chosen === undefined) return undefined;
    if (chosen === 'columns') {
      const columns = await askForColumns(
        title,
        found.inputs.flatMap((input) => input.columns),
        null,
      );
      if (columns) order = { ...order, columns };
    } else {
      const keep = await askForKept(title, found.columns, found.kept, null);
      if (keep) order = { ...order, keep };
    }
  }
}

async function askAgain(title: string, order: ScoreOrder, misfit: ScoreMisfit): Promise<ScoreOrder | undefined> {
  if (misfit.misfit === 'columns') {
    const columns = await askForColumns(title, order.columns ?? [], misfit.message);
    return columns && { ...order, columns };
  }
  const keep = await askForKept(title, misfit.columns, [], misfit.message);
  return keep && { ...order, keep };
}

/** @returns undefined where the user has cancelled it */
async function outlined(program: ScoreProgram, order: ScoreOrder): Promise<ScoreOutline | ScoreMisfit | undefined> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Reading {0}', plain(basename(order.input), 60)),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (_, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    try {
      return await outlineOf(program, order, abort.signal);
    } catch (thrown) {
      if (token.isCancellationRequested) return undefined;
      throw thrown;
    }
  });
}

type Step = 'start' | 'columns' | 'keep';

async function showOutline(order: ScoreOrder, outline: ScoreOutline, title: string): Promise<Step | undefined> {
  const { inputs, kept, outputs, rows } = outline;
  const items: (vscode.QuickPickItem & { readonly step: Step })[] = [
    {
      label: vscode.l10n.t('Start'),
      description: `${plain(order.model.label, 60)} → ${basename(order.output)}`,
      detail: vscode.l10n.t('Writes {0}', shortList(outputs)),
      iconPath: new vscode.ThemeIcon('play'),
      step: 'start',
    },
    {
      label: vscode.l10n.t('The Model Takes'),
      description: rows === null ? '' : vscode.l10n.t('{0} rows', String(rows)),
      detail: inputs.map(({ input, columns }) => `${input} ← ${shortList(columns)}`).join('; '),
      iconPath: new vscode.ThemeIcon('symbol-field'),
      step: 'columns',
    },
    {
      label: vscode.l10n.t('Kept Beside the Predictions'),
      detail: shortList(kept) || vscode.l10n.t('nothing'),
      iconPath: new vscode.ThemeIcon('list-flat'),
      step: 'keep',
    },
  ];
  const placeHolder = vscode.l10n.t('What goes where; choose a line to change it');
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.step;
}

const shortList = (names: readonly string[]): string =>
  plain(names.slice(0, SHOWN_COLUMNS).join(', '), 300) +
  (names.length > SHOWN_COLUMNS ? vscode.l10n.t(' and {0} more', String(names.length - SHOWN_COLUMNS)) : '');

async function askForColumns(
  title: string,
  last: readonly string[],
  why: string | null,
): Promise<string[] | undefined> {
  const what = vscode.l10n.t('Name the columns that it takes, in its order, with commas between.');
  const typed = await vscode.window.showInputBox({
    title,
    value: last.join(', '),
    prompt: why === null ? what : `${why} ${what}`,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('At least one column.') : undefined),
  });
  return typed?.split(',').map((name) => name.trim());
}

async function askForKept(
  title: string,
  columns: readonly string[],
  kept: readonly string[],
  why: string | null,
): Promise<string[] | undefined> {
  const items = columns.map((label) => ({ label, picked: kept.includes(label) }));
  const placeHolder = why ?? vscode.l10n.t('Columns of the table that go into the output');
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder, canPickMany: true });
  return chosen?.map(({ label }) => label);
}

/** What another version kept may be of another shape: then it is as if nothing was kept. */
const columnsIn = (kept: unknown): string[] | null =>
  Array.isArray(kept) && kept.every((name) => typeof name === 'string') ? kept : null;
