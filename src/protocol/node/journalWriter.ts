/** Writing a journal (`docs/run-folder.md`) from a program of ours: what it finds out goes the way of all that a run knows. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { LoopwrightError } from '../errors';
import { JOURNAL_MAGIC } from '../journal';
import { makeBelow } from './storeFolder';
import type { JournalRecord } from '../records';

export class JournalWriter {
  private readonly descriptor: number;

  /**
   * @param runFolder the run that is spoken of
   * @param writer what writes it, in the file's name
   */
  constructor(runFolder: string, writer = 'job') {
    const folder = join(runFolder, 'journals');
    makeBelow(runFolder, folder);
    // Not named by its writer: the engine knows how far its own work is, and the process goes on with other runs.
    const name = `${writer}-${randomBytes(8).toString('hex')}.lwj`;
    this.descriptor = openSync(join(folder, name), 'ax', 0o666);
    this.write(Buffer.from(JOURNAL_MAGIC, 'latin1'));
  }

  append(record: JournalRecord): void {
    const payload = Buffer.from(JSON.stringify(record));
    const header = Buffer.alloc(8);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt32LE(crc32(payload), 4);
    this.write(Buffer.concat([header, payload]));
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private write(bytes: Buffer): void {
    if (writeSync(this.descriptor, bytes) !== bytes.length)
      throw new LoopwrightError('read_only', 'A record was cut short: the disk is full. Free some space.');
  }
}
