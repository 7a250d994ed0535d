/** Logged points as comma-separated values (RFC 4180), and names for files. Pure. */
import type { SeriesPoint } from '../../protocol/entities';

export const CSV_HEAD = 'run,run_id,metric,step,time,value\r\n';

export interface CsvSource {
  readonly run: string;
  readonly runId: string;
  readonly key: string;
}

export function csvRows({ run, runId, key }: CsvSource, points: readonly SeriesPoint[]): string {
  const begin = [run, runId, key].map(cell).join(',');
  return points
    .map(({ step, timestampMs, value }) => `${begin},${String(step)},${timeOf(timestampMs)},${String(value)}\r\n`)
    .join('');
}

const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A clock may say anything; what is no date stays a number. */
function timeOf(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? String(timeMs) : date.toISOString();
}

const MAX_FILE_NAME = 60;

/** What a chart is called, as far as every file system takes it. */
export function fileNameOf(heading: string, extension: string): string {
  const name = Array.from(heading.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-'))
    .slice(0, MAX_FILE_NAME)
    .join('');
  return `${name.replace(/^[.-]+|[.-]+$/g, '') || 'chart'}.${extension}`;
}
