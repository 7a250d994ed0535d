/** Ids of runs. */
import { randomBytes } from 'node:crypto';

/** A version 7 UUID without dashes: sorts by time, and is a run id for MLflow too. */
export function newRunId(nowMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex');
}

/** When an id was made; null for one that others have made. */
export function madeMs(runId: string): number | null {
  return runId[12] === '7' ? Number.parseInt(runId.slice(0, 12), 16) : null;
}
