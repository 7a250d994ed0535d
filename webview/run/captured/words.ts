/** What the page says about what was captured, in words. Pure. */
import { type CaptureKind, type LineageFile, type WorkKind } from '../../../src/protocol/capture';
import { type RunPageModel } from '../../../src/protocol/pages/run';
import { countWords, formatSize } from '../words';

const WORK_WORDS: Readonly<Record<string, string>> = {
  code: 'code',
  data: 'data',
  environment: 'environment',
  models: 'models',
};

export function workWords(kind: string): string {
  return Object.hasOwn(WORK_WORDS, kind) ? (WORK_WORDS[kind] ?? kind) : kind;
}

/** Where the recording of a part of the run stands. */
export type Progress =
  { readonly state: 'off' | 'pending' | 'over' } | { readonly state: 'failed'; readonly reason: string };

export function progressOf(
  { capture, work, isComplete }: Pick<RunPageModel, 'capture' | 'work' | 'isComplete'>,
  kind: CaptureKind & WorkKind,
): Progress {
  const row = work.find((one) => one.kind === kind);
  if (row?.state === 'failed') return { state: 'failed', reason: row.reason ?? 'The reason was not recorded.' };
  if (row) return { state: 'over' };
  if (capture === null) return { state: 'over' };
  if (!capture.includes(kind)) return { state: 'off' };
  return { state: isComplete ? 'over' : 'pending' };
}

/** What is still to come once the script has ended; nothing while it runs, when everything is still to come. */
export function stillRecorded(page: RunPageModel): string[] {
  if (page.isComplete || page.run.timing.endMs === null) return [];
  const kinds = ['code', 'data', 'environment', 'models'] as const;
  return kinds.filter((kind) => progressOf(page, kind).state === 'pending').map(workWords);
}

/** A path as one reads it: from the run's own folder on where it lies in there. */
export function relativePath(path: string, root: string | null): string {
  if (root === null || !path.startsWith(root)) return path;
  const rest = path.slice(root.length);
  if (/[/\\]$/.test(root)) return rest === '' ? path : rest;
  return /^[/\\]./.test(rest) ? rest.slice(1) : path;
}

/** The folders of a path and its last part. */
export function splitPath(path: string): { folders: string; name: string } {
  const at = Math.max(path.slice(0, -1).lastIndexOf('/'), path.slice(0, -1).lastIndexOf('\\'));
  return { folders: path.slice(0, at + 1), name: path.slice(at + 1) };
}

const SHORT_DIGEST = 8;

export const shortDigest = (md5: string): string => md5.slice(0, SHORT_DIGEST);

/** `1 204 311 × 38`, `12 rows`; empty for what is no table. */
export function shapeWords({ rowCount, columns }: Pick<LineageFile, 'rowCount' | 'columns'>): string {
  const rows = rowCount === null ? null : countWords(rowCount, rowCount);
  if (columns === null) return rows === null ? '' : `${rows} ${rowCount === 1 ? 'row' : 'rows'}`;
  return `${rows ?? '?'} × ${countWords(columns.length, columns.length)}`;
}

export function sizeWords({ sizeBytes, fileCount, kind }: LineageFile): string {
  const size = sizeBytes === null ? '' : formatSize(sizeBytes);
  if (kind !== 'folder' || fileCount === null) return size;
  const files = `${countWords(fileCount, fileCount)} ${fileCount === 1 ? 'file' : 'files'}`;
  return size === '' ? files : `${files}, ${size}`;
}

export interface WayWords {
  readonly label: string;
  /** What this way of observing can see and what it can't. */
  readonly title: string;
}

/** How a file was observed. The names are those of the records. */
export function wayWords(via: string): WayWords {
  switch (via) {
    case 'audit':
      return {
        label: 'audit hook',
        title:
          'Seen by Python’s audit hook: whatever the script’s own processes opened through Python. Libraries that open files in native code are not seen this way.',
      };
    case 'inotify':
      return {
        label: 'inotify',
        title:
          'Seen by the Linux kernel: files below the watched folders, opened by whatever library or program. Folders elsewhere and network drives are not seen this way.',
      };
    case 'inotify?':
      return {
        label: 'inotify, unsure',
        title: 'The Linux kernel saw the file being opened while the run went on, but maybe by another program.',
      };
    case 'scan':
      return {
        label: 'scan',
        title:
          'Found by comparing the folder before and after the run: what is new or has changed. It can’t tell who wrote it, and what was only read is not seen this way.',
      };
    default:
      return {
        label: via,
        title: `Reported by a wrapper around ${via}: files that are given to its functions by name. What it opens in other ways is not seen this way.`,
      };
  }
}

/** `Observed by: audit hook, inotify. Not seen: …`; null where nothing is known. */
export function lineageSentence(facts: Readonly<Record<string, unknown>>): string | null {
  const ways = words(facts.ways).map((way) => (way === 'wrappers' ? 'wrappers around libraries' : wayWords(way).label));
  const missed = words(facts.missed);
  const others = Object.entries(facts).flatMap(([key, value]) =>
    key !== 'ways' && key !== 'missed' && typeof value === 'string' && value !== '' ? [ended(value)] : [],
  );
  const parts = [
    ways.length === 0 ? null : `Observed by: ${ways.join(', ')}.`,
    missed.length === 0 ? null : `Not seen: ${missed.map(ended).join(' ')}`,
    ...others,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' ');
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function words(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}

/** `CPU (%)` for `system/cpu_percent`. */
export function systemTitle(key: string): string {
  const name = key.replace(/^system\//, '');
  const unit = SYSTEM_UNITS.find(([ending]) => name.endsWith(ending));
  const bare = unit ? name.slice(0, -unit[0].length) : name;
  const spoken = bare
    .replaceAll('_', ' ')
    .replace(
      /^(cpu|gpu|ram)(\d*)/i,
      (_, what: string, at: string) => `${what.toUpperCase()}${at === '' ? '' : ` ${at}`}`,
    );
  const title = spoken.charAt(0).toUpperCase() + spoken.slice(1);
  return unit ? `${title} (${unit[1]})` : title;
}

const SYSTEM_UNITS: readonly (readonly [ending: string, unit: string])[] = [
  ['_percent', '%'],
  ['_mb', 'MB'],
  ['_gb', 'GB'],
  ['_celsius', '°C'],
  ['_watts', 'W'],
  ['_seconds', 's'],
];
