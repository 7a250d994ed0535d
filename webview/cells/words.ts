/** What pages say about the cells of a notebook that were executed, in words. Pure. */
import { type CellOutput, type Execution } from '../../src/protocol/notebooks';
import { type StoppedAt } from '../../src/protocol/entities';
import { formatDuration, formatSize } from '../../src/protocol/format';
import { type IconName } from '../ui/icons';

export interface ExecutionLook {
  readonly icon: IconName;
  readonly word: string;
  /** A class that gives the icon its colour. */
  readonly state: 'running' | 'ok' | 'failed' | 'interrupted';
}

const LOOKS: Readonly<Record<Execution['state'], ExecutionLook>> = {
  running: { icon: 'loading', word: 'running', state: 'running' },
  ok: { icon: 'pass', word: 'finished', state: 'ok' },
  failed: { icon: 'error', word: 'failed', state: 'failed' },
  interrupted: { icon: 'circle-slash', word: 'interrupted', state: 'interrupted' },
};

/** @param isLive whether its run goes on: nothing runs any more in one that is over, whatever was recorded last */
export function lookOf({ state }: Pick<Execution, 'state'>, isLive: boolean): ExecutionLook {
  if (state === 'running' && !isLive) return { ...LOOKS.interrupted, word: 'did not end' };
  return LOOKS[state];
}

/** `cell 4`: as VS Code counts the cells of a notebook, texts too. A number in brackets, `[3]`, is that of an execution. */
export function placeWords({ cellIndex }: Pick<Execution, 'cellIndex'>): string {
  return cellIndex === null ? '' : `cell ${String(cellIndex + 1)}`;
}

const MAX_LINE = 300;

/** The first line that says something. */
export function firstLine(source: string): string {
  const line = source.split('\n', 50).find((one) => one.trim() !== '') ?? '';
  return line.trim().slice(0, MAX_LINE);
}

export function lastedMs({ startMs, endMs }: Pick<Execution, 'startMs' | 'endMs'>, nowMs: number): number {
  return Math.max(0, (endMs ?? nowMs) - startMs);
}

/** Most cells take less than a second, and it matters how much less. */
export function lastedWords(ms: number): string {
  return ms < 1000 ? `${String(Math.round(ms))} ms` : formatDuration(ms);
}

export type OutputLook = 'image' | 'table' | 'text';

export function outputLook({ mime, data }: Pick<CellOutput, 'mime' | 'data'>): OutputLook {
  if (mime.startsWith('image/')) return 'image';
  return mime === 'text/html' && /<table[\s>]/i.test(data ?? '') ? 'table' : 'text';
}

/** `2 images, table, text`: what is to be seen when the cell is unfolded. */
export function outputWords({ outputs, error, moreOutputs }: Execution): string {
  const counts = { image: 0, table: 0, text: moreOutputs };
  for (const output of outputs) if (!isErrorAgain(output, error !== null)) counts[outputLook(output)]++;
  const many = (count: number, word: string) => (count === 0 ? [] : [count === 1 ? word : `${String(count)} ${word}s`]);
  return [...many(counts.image, 'image'), ...many(counts.table, 'table'), ...(counts.text > 0 ? ['text'] : [])].join(
    ', ',
  );
}

/** The error of an execution is shown by itself; the kernel puts it among the outputs as well. */
export function isErrorAgain({ kind }: Pick<CellOutput, 'kind'>, hasError: boolean): boolean {
  return kind === 'error' && hasError;
}

/** What is missing of an output; null where nothing is. */
export function cutWords({ isCut, data, path, sizeBytes }: CellOutput): string | null {
  if (!isCut) return null;
  if (data === null && path === null) return `${formatSize(sizeBytes)}, too much for this page.`;
  return `The first ${formatSize(sizeBytes)} are shown, there was more.`;
}

/** `Cell [4] failed: NameError: name 'x' is not defined`. */
export function stoppedWords({ ordinal, state, error }: StoppedAt): string {
  const place = `Cell [${String(ordinal + 1)}]`;
  if (state !== 'failed') return `${place} was interrupted.`;
  const cause = error === null ? '' : `: ${[error.name, error.message].filter(Boolean).join(': ')}`;
  return `${place} failed${cause}${/[.!?]$/.test(cause) ? '' : '.'}`;
}
