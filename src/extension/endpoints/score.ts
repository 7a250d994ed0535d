/** *Score File…*: which table and where to, what would go where, and the job as a tracked run in a terminal. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { scoreCommand, type ScoreProgram, TABLE } from '../../client/score';
import { DEFAULT_CAPTURE } from '../../protocol/capture';
import { LoopwrightError } from '../../protocol/errors';
import { DEFAULT_ERRORS, jobFolderName, type ScoreFormat, type ScoreOrder } from '../../protocol/score';
import type { StoreSession } from '../stores/session';
import type { EndpointsParts } from '.';
import type { ChosenModel } from './embedding';
import { type ChosenScore, modelOf, threadsFor } from './scoredModel';
import { agreed } from './scoreOutline';
import { mayServe } from './serve';

const CHUNK_ROWS = 65_536;

/** A table, or a folder of them; a folder of MLflow's is a model. */
export const isTable = (at: vscode.Uri): boolean =>
  TABLE.test(at.path) || (isFolder(at.fsPath) && !existsSync(join(at.fsPath, 'MLmodel')));

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

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
    // A folder would have the name without the ending.
    const name = `${stem}.scored${number === 1 ? '' : `-${String(number)}`}`;
    const path = `${name}.${format}`;
    if ([name, path].every((one) => !existsSync(one) && !isBegun(one))) return path;
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

/** What another version kept may be of another shape: then it is as if nothing was kept. */
const columnsIn = (kept: unknown): string[] | null =>
  Array.isArray(kept) && kept.every((name) => typeof name === 'string') ? kept : null;
