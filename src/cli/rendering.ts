/** What people see of runs. Pure: values in, lines out. */
import { type ChangedFile, CodeFacts, type LineageFile } from '../protocol/capture';
import type { Headline, Note, Provenance, RunRow, RunStatus } from '../protocol/entities';
import { fromWireNumber } from '../protocol/entities';
import type { Execution } from '../protocol/notebooks';
import type { RunColumn } from '../protocol/lists';
import type { RunSpec } from '../protocol/runFolder';
import type { FinishedDocument, RunFacts } from './documents';
import {
  displayWidth,
  formatAgo,
  formatDuration,
  formatNumber,
  formatSize,
  printable,
  shortIds,
  table,
  type Column,
} from './format';
import { columnName } from './listWords';
import type { Colour, Paint } from './output';

const LOOKS: Readonly<Record<RunStatus, { readonly mark: string; readonly word: string; readonly colour: Colour }>> = {
  RUNNING: { mark: '●', word: 'running', colour: 'green' },
  SCHEDULED: { mark: '○', word: 'scheduled', colour: 'dim' },
  FINISHED: { mark: '✔', word: 'finished', colour: 'green' },
  FAILED: { mark: '✘', word: 'failed', colour: 'red' },
  KILLED: { mark: '■', word: 'stopped', colour: 'yellow' },
};

/** As many digits of a commit as git shows. */
const SHORT_COMMIT = 7;

const shortId = (id: string): string => shortIds([id])[0] ?? id;

export const headlineText = (headline: Headline | null): string =>
  headline === null ? '' : `${printable(headline.key)} ${formatNumber(fromWireNumber(headline.value))}`;

export function startedLine({ run_id: runId, name, experiment }: RunSpec, paint: Paint): string {
  return paint('dim', `loopwright: run ${shortId(runId)} · ${printable(name)} · ${printable(experiment)}`);
}

/** `✔ finished in 2m 14s · val/ap 0.94 · loopwright runs show 0193f2a4c1d2` */
export function finishedLine(run: FinishedDocument, headline: Headline | null, paint: Paint): string {
  const { mark, colour } = LOOKS[run.status];
  const duration = run.end_time === null ? '' : formatDuration(Date.parse(run.end_time) - Date.parse(run.start_time));
  const parts = [`${howEnded(run)}${duration && ` ${run.status === 'FINISHED' ? 'in' : 'after'} ${duration}`}`];
  if (headline !== null) parts.push(headlineText(headline));
  const next = ` · loopwright runs show ${shortId(run.run_id)}`;
  return paint(colour, `${mark} ${parts.join(' · ')}`) + paint('dim', next);
}

function howEnded({ status, exit_code: code, signal }: FinishedDocument): string {
  const { word } = LOOKS[status];
  if (signal !== null) return `${word} by ${signal}`;
  return code === null || code === 0 ? word : `${word} with exit code ${String(code)}`;
}

const SHOWN_WARNINGS = 3;

export function warningLines(notes: readonly Note[], paint: Paint): string[] {
  const warnings = notes.filter(({ level }) => level === 'warning').map(({ text }) => printable(text));
  const lines = warnings.slice(0, SHOWN_WARNINGS).map((text) => `${paint('yellow', '!')} ${text}`);
  const left = warnings.length - lines.length;
  return left > 0 ? [...lines, paint('dim', `  and ${String(left)} more`)] : lines;
}

const durationOf = ({ timing }: RunRow, nowMs: number): string =>
  formatDuration((timing.endMs ?? nowMs) - timing.startMs);

export interface View {
  readonly paint: Paint;
  readonly width: number | null;
  readonly nowMs: number;
}

function valueText(value: RunRow['values'][number]): string {
  if (value === null) return '';
  return typeof value === 'number' ? formatNumber(value) : printable(value);
}

/** @param shown columns that the rows have values of; they take the place of the result */
export function runTable(
  runs: readonly RunRow[],
  { paint, width, nowMs }: View,
  shown: readonly RunColumn[] = [],
): string[] {
  const ids = shortIds(runs.map(({ runId }) => runId));
  const columns: Column[] = [
    { title: 'RUN' },
    {
      title: 'STATUS',
      paint: (cell, row) => {
        const run = runs[row];
        return run ? paint(LOOKS[run.timing.status].colour, cell) : cell;
      },
    },
    { title: 'NAME', shrinks: true },
    { title: 'EXPERIMENT', shrinks: true },
    ...(shown.length === 0
      ? [{ title: 'RESULT', shrinks: true }]
      : shown.map((column) => ({ title: printable(columnName(column)), shrinks: true }))),
    { title: 'DURATION', align: 'right' },
    { title: 'STARTED' },
  ];
  const rows = runs.map((run, index) => {
    const { mark, word } = LOOKS[run.timing.status];
    const children = run.childCount > 0 ? ` (+${String(run.childCount)})` : '';
    return [
      ids[index] ?? run.runId,
      `${mark} ${word}`,
      `${run.name}${children}`,
      run.experiment,
      ...(shown.length === 0 ? [headlineText(run.headline)] : run.values.map(valueText)),
      durationOf(run, nowMs),
      formatAgo(run.timing.startMs, nowMs),
    ];
  });
  return table(columns, rows, width, (title) => paint('bold', title));
}

/** A run as a page: what it is, then each of its lists that holds something. */
export function runPage({ run, provenance, ...lists }: RunFacts, view: View): string[] {
  const { paint, width, nowMs } = view;
  const { mark, word, colour } = LOOKS[run.timing.status];
  const time = (ms: number) => `${new Date(ms).toISOString()} (${formatAgo(ms, nowMs)})`;
  const facts: [string, string][] = [
    ['run', run.runId],
    ['experiment', run.experiment],
    ['started', time(run.timing.startMs)],
    ...optional('ended', run.timing.endMs === null ? null : time(run.timing.endMs)),
    ...optional('exit code', run.exitCode === null ? run.signal : String(run.exitCode)),
    ...optional('reason', run.reason),
    ...optional('parent', run.parentRunId),
    ...optional('children', run.childCount > 0 ? String(run.childCount) : null),
    ['command', commandOf(provenance).map(shellWord).join(' ')],
    ['folder', provenance.cwd],
    ...optional('code', codeLine(lists.facts.code ?? {})),
    ...optional('python', provenance.pythonVersion),
    provenance.origin === null
      ? ['by', `${provenance.user} on ${provenance.host}`]
      : ['by', `${provenance.user}, imported from ${provenance.origin.source}`],
  ];
  const deleted = run.deleted ? ' · deleted' : '';
  const heading = `${paint(colour, `${mark} ${printable(run.name)}`)}  ${word} · ${durationOf(run, nowMs)}${deleted}`;
  const section = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? ['', paint('bold', title), ...lines.map((line) => `  ${line}`)] : [];
  const inner = width === null ? null : width - 2;
  const list = (columns: readonly Column[], rows: readonly (readonly string[])[]) =>
    rows.length > 0 ? table(columns, rows, inner, (title) => paint('dim', title)) : [];
  const labelWidth = Math.max(...facts.map(([label]) => displayWidth(label)));
  return [
    heading,
    ...facts.map(([label, text]) => `  ${paint('dim', label.padEnd(labelWidth))}  ${printable(text)}`),
    ...section(
      'Parameters',
      list(
        pairColumns,
        lists.params.map(({ key, value, source }) => [key, value, source]),
      ),
    ),
    ...section(
      'Metrics',
      list(
        metricColumns,
        lists.metrics.map(({ key, last, min, max, step, count }) => [
          key,
          formatNumber(fromWireNumber(last)),
          min === null ? '' : formatNumber(min),
          max === null ? '' : formatNumber(max),
          String(step),
          String(count),
        ]),
      ),
    ),
    ...section(
      'Tags',
      list(
        pairColumns.slice(0, 2),
        lists.tags.map(({ key, value }) => [key, value]),
      ),
    ),
    ...section('Cells', cellTable(lists.executions, { ...view, width: inner })),
    ...section('Data in', fileTable(lists.inputs, provenance.cwd, { ...view, width: inner })),
    ...section('Data out', fileTable(lists.outputs, provenance.cwd, { ...view, width: inner })),
    ...section('Artifacts', artifactTable(lists.artifacts, { ...view, width: inner })),
    ...section(
      'Notes',
      lists.notes.map(({ level, text }) => `${level === 'warning' ? paint('yellow', '!') : '·'} ${printable(text)}`),
    ),
  ];
}

/** `main@3f2a9c1 + 2 changed files, snapshot ab12c3d`; null where there is no snapshot. */
export function codeLine(facts: Readonly<Record<string, unknown>>): string | null {
  const code = CodeFacts.safeParse(facts);
  if (!code.success || code.data.snapshot === undefined) return null;
  const { snapshot, repository, changedCount = 0, differs = [] } = code.data;
  const parts = [`snapshot ${snapshot.slice(0, SHORT_COMMIT)}`];
  if (repository) {
    const { branch, commit, operation } = repository;
    const at =
      commit === null ? `${branch ?? '?'}, no commit yet` : `${branch ?? 'detached'}@${commit.slice(0, SHORT_COMMIT)}`;
    const changed =
      changedCount === 0 ? '' : ` + ${String(changedCount)} changed ${changedCount === 1 ? 'file' : 'files'}`;
    parts.unshift(`${at}${changed}${operation === null ? '' : ` (${operation} in progress)`}`);
  }
  if (differs.length > 0) parts.push(`${String(differs.length)} loaded otherwise`);
  return parts.join(', ');
}

const STATUS_LETTERS = { added: 'A', modified: 'M', deleted: 'D', untracked: '?' } as const;

export function changedLines(files: readonly ChangedFile[], count: number, paint: Paint): string[] {
  const colours = { added: 'green', modified: 'yellow', deleted: 'red', untracked: 'green' } as const;
  const lines = files.map(({ path, status }) => `${paint(colours[status], STATUS_LETTERS[status])} ${printable(path)}`);
  return count > files.length ? [...lines, paint('dim', `  and ${String(count - files.length)} more`)] : lines;
}

const optional = (label: string, text: string | null): [string, string][] => (text === null ? [] : [[label, text]]);

const pairColumns: readonly Column[] = [
  { title: 'key', shrinks: true },
  { title: 'value', shrinks: true },
  { title: 'from' },
];
const metricColumns: readonly Column[] = [
  { title: 'key', shrinks: true },
  { title: 'last', align: 'right' },
  { title: 'min', align: 'right' },
  { title: 'max', align: 'right' },
  { title: 'step', align: 'right' },
  { title: 'points', align: 'right' },
];

export function artifactTable(artifacts: RunFacts['artifacts'], { paint, width }: View): string[] {
  if (artifacts.length === 0) return [];
  return table(
    [{ title: 'path', shrinks: true }, { title: 'kind' }, { title: 'size', align: 'right' }],
    artifacts.map(({ path, kind, sizeBytes }) => [path, kind, formatSize(sizeBytes)]),
    width,
    (title) => paint('dim', title),
  );
}

const STATE_COLOURS = { running: 'green', ok: 'green', failed: 'red', interrupted: 'yellow' } as const;

/** What was executed of a notebook, in order. */
function cellTable(executions: readonly Execution[], { paint, width, nowMs }: View): string[] {
  if (executions.length === 0) return [];
  return table(
    [
      { title: '' },
      { title: 'cell', shrinks: true },
      {
        title: 'state',
        paint: (cell, row) => {
          const execution = executions[row];
          return execution ? paint(STATE_COLOURS[execution.state], cell) : cell;
        },
      },
      { title: 'duration', align: 'right' },
      { title: '', shrinks: true },
    ],
    executions.map(({ count, source, state, startMs, endMs, error }) => [
      count === null ? '[ ]' : `[${String(count)}]`,
      source.trimStart().split('\n', 1)[0] ?? '',
      state,
      formatDuration((endMs ?? nowMs) - startMs),
      error === null ? '' : `${error.name}: ${error.message.split('\n', 1)[0] ?? ''}`,
    ]),
    width,
    (title) => paint('dim', title),
  );
}

const SHOWN_FILES = 50;

/** @param folder paths below it are shown from there */
export function fileTable(files: readonly LineageFile[], folder: string, { paint, width }: View): string[] {
  if (files.length === 0) return [];
  const below = folder.endsWith('/') ? folder : `${folder}/`;
  const shown = files.slice(0, SHOWN_FILES);
  const lines = table(
    [
      { title: 'path', shrinks: true },
      { title: 'md5' },
      { title: 'size', align: 'right' },
      { title: 'rows', align: 'right' },
      { title: 'seen by', shrinks: true },
      { title: '', shrinks: true, paint: (cell) => paint('yellow', cell) },
    ],
    shown.map((file) => [
      (file.path.startsWith(below) ? file.path.slice(below.length) : file.path) + (file.kind === 'folder' ? '/' : ''),
      file.md5 === null ? '' : file.md5.slice(0, 12),
      file.sizeBytes === null ? '' : formatSize(file.sizeBytes),
      file.rowCount === null ? '' : String(file.rowCount),
      file.via.join(', '),
      file.problem ?? (file.pinned ? 'kept' : ''),
    ]),
    width,
    (title) => paint('dim', title),
  );
  const left = files.length - shown.length;
  return left > 0 ? [...lines, paint('dim', `and ${String(left)} more: --json has all`)] : lines;
}

/** A word as one would type it into a shell. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

export const pointHeading = (paint: Paint): string =>
  paint('bold', `${'STEP'.padStart(12)}  ${'TIME'.padEnd(24)}  VALUE`);

export const pointLine = (step: number, timestampMs: number, value: string): string =>
  `${String(step).padStart(12)}  ${new Date(timestampMs).toISOString()}  ${value}`;

/** As one would type it: the program of ours that runs a notebook is of no interest. */
function commandOf({ kind, argv }: Provenance): readonly string[] {
  return kind === 'notebook' ? ['loopwright', 'run', ...argv.slice(2)] : argv;
}
