/** What one asks next about a run, as Markdown for a hover. Whatever comes from the run is escaped. Pure. */
import type { LineageFile } from '../../../protocol/capture';
import { type CodeSummary, codeWords } from '../../../protocol/codeWords';
import type { RunKind, Provenance, RunRow } from '../../../protocol/entities';
import { formatDuration, formatNumber } from '../../../protocol/format';
import type { Localizer } from '../../l10n';
import { escapeMarkdown, isolated, plain } from '../../text';
import { headlineOf, lookOf } from './format';

const COMMAND_LIMIT = 600;
const SHORT_DIGEST = 8;

/** The first few of a list, and how many there are. */
interface FirstFiles {
  readonly files: readonly Pick<LineageFile, 'path' | 'md5'>[];
  readonly total: number;
}

export interface RunFacts {
  readonly run: RunRow;
  readonly provenance: Provenance;
  /** Null where it is not known. */
  readonly code: CodeSummary | null;
  readonly inputs: FirstFiles;
  readonly outputs: FirstFiles;
}

export function tooltipOf(
  { run, provenance, code, inputs, outputs }: RunFacts,
  nowMs: number,
  l10n: Localizer,
  formatTime: (timeMs: number) => string,
): string {
  const { timing } = run;
  const lasted = formatDuration((timing.endMs ?? nowMs) - timing.startMs);
  const head = [lookOf(timing.status, l10n).word, lasted, headlineOf(run)].filter((part) => part !== null);
  const python = provenance.pythonVersion === null ? '' : ` (${provenance.pythonVersion})`;
  const lines: [string, string | null][] = [
    [l10n.t('Reason'), run.reason],
    [l10n.t('Cell'), cellOf(run)],
    [l10n.t('Command'), commandOf(provenance)],
    [l10n.t('Code'), code && codeWords(code)],
    [l10n.t('Read'), filesOf(inputs, l10n)],
    [l10n.t('Written'), filesOf(outputs, l10n)],
    [l10n.t('Folder'), provenance.cwd],
    [l10n.t('Interpreter'), provenance.interpreter === null ? null : provenance.interpreter + python],
    [l10n.t('Started'), formatTime(timing.startMs)],
    [l10n.t('Ended'), timing.endMs === null ? null : formatTime(timing.endMs)],
    [l10n.t('By'), `${provenance.user}@${provenance.host}`],
  ];
  const facts = lines.filter((line): line is [string, string] => line[1] !== null && line[1] !== '');
  return [
    `**${isolated(show(run.name, 120))}** — ${head.map((part) => show(part)).join(' · ')}`,
    ...facts.map(([name, value]) => `${escapeMarkdown(name)}: ${show(value, COMMAND_LIMIT)}`),
  ].join('  \n');
}

/** `4: ValueError: …`, the cell of a notebook at which it did not go on. */
function cellOf({ stoppedAt }: RunRow): string | null {
  if (stoppedAt === null) return null;
  const { ordinal, error } = stoppedAt;
  const place = String(ordinal + 1);
  return [place, error?.name, error?.message].filter((part) => part !== undefined && part !== '').join(': ') || null;
}

/** `data.csv a3f9c0d1, labels.csv, 3 more`: names with their digests where they are known. */
function filesOf({ files, total }: FirstFiles, l10n: Localizer): string | null {
  if (total === 0) return null;
  const named = files.map(({ path, md5 }) =>
    [path.split(/[/\\]/).at(-1) ?? path, md5?.slice(0, SHORT_DIGEST)].filter(Boolean).join(' '),
  );
  const rest = total - files.length;
  return [...named, ...(rest > 0 ? [l10n.t('{0} more', formatNumber(rest))] : [])].join(', ');
}

const show = (text: string, limit?: number): string => escapeMarkdown(plain(text, limit));

const COMMANDS = {
  script: (argv) => ['python', ...argv.slice(1)],
  module: (argv) => ['python', ...argv.slice(1)],
  command: (argv) => argv,
  notebook: (argv) => ['loopwright', 'run', ...argv.slice(2)],
  followed: (argv) => argv,
  client: (argv) => argv,
} as const satisfies Record<RunKind, (argv: readonly string[]) => readonly string[]>;

/** As one would type it: words with blanks in quotes, the interpreter by its name. */
export function commandOf({ argv, kind }: Pick<Provenance, 'argv' | 'kind'>): string {
  const words = COMMANDS[kind](argv);
  return words.map((word) => (word === '' || /[\s"'\\$`]/.test(word) ? quote(word) : word)).join(' ');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
