/** The files of a log of requests: by their number, the oldest first. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { endpointFolder } from '../endpointFolder';

const NAME = /^(\d{8})\.lwq$/;

export interface Segment {
  readonly number: number;
  readonly path: string;
  readonly sizeBytes: number;
  readonly changedMs: number;
}

export const requestLogFolder = (store: string, endpoint: string): string =>
  join(endpointFolder(store, endpoint), 'requests');

export const segmentPath = (folder: string, number: number): string =>
  join(folder, `${String(number).padStart(8, '0')}.lwq`);

export function segmentsIn(folder: string): Segment[] {
  return namesIn(folder)
    .flatMap((name): Segment[] => {
      const number = NAME.exec(name)?.[1];
      if (number === undefined) return [];
      const path = join(folder, name);
      try {
        const { size, mtimeMs } = statSync(path);
        return [{ number: Number(number), path, sizeBytes: size, changedMs: mtimeMs }];
      } catch {
        return []; // its time was over
      }
    })
    .toSorted((left, right) => left.number - right.number);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was logged yet
  }
}

export interface Kept {
  readonly days: number;
  readonly megabytes: number;
}

/** Removes the oldest until what is left is within both bounds; never the last, which is being written. */
export function removeOld(folder: string, { days, megabytes }: Kept, nowMs: number): void {
  const segments = segmentsIn(folder);
  let sum = segments.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  for (const { path, sizeBytes, changedMs } of segments.slice(0, -1)) {
    if (sum <= megabytes * 1024 * 1024 && nowMs - changedMs <= days * 86_400_000) return;
    rmSync(path, { force: true });
    sum -= sizeBytes;
  }
}
