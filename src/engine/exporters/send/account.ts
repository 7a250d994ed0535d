/**
 * What a server has of this store's runs, so that sending goes on where it was cut off and sends nothing twice: lines of
 * JSON in `sent/<digest of the address>.jsonl`, each written when the server has acknowledged what it tells. A line that
 * is not whole, of a program that was killed while it wrote, counts for nothing.
 */
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { LoopwrightError } from '../../../protocol/errors';
import type { StorePaths } from '../../../protocol/node/storeFolder';

const Line = z.object({
  /** Of this store. */
  run: z.string(),
  /** What the server calls it. */
  there: z.string().optional(),
  /** How many points of a metric it has. */
  points: z.record(z.string(), z.number()).optional(),
  /** A file that it has, as it was then. */
  file: z.object({ path: z.string(), sizeBytes: z.number(), modifiedMs: z.number() }).optional(),
  /** A logged model that was begun there, what it is called there and where its files go; whether it is whole. */
  model: z.object({ id: z.string(), there: z.string(), uri: z.string(), isWhole: z.boolean() }).optional(),
  /** All of the run, as it was then: a digest of it. */
  whole: z.string().optional(),
});
type Line = z.infer<typeof Line>;

export type SentModel = Omit<NonNullable<Line['model']>, 'id'>;

export interface Sent {
  there: string | null;
  readonly points: Map<string, number>;
  readonly files: Map<string, { readonly sizeBytes: number; readonly modifiedMs: number }>;
  readonly models: Map<string, SentModel>;
  whole: string | null;
}

export class Account {
  private readonly runs = new Map<string, Sent>();
  private readonly descriptor: number;

  private constructor(path: string, text: string) {
    for (const line of text.split('\n')) {
      const checked = Line.safeParse(parsed(line));
      if (checked.success) this.take(checked.data);
    }
    this.descriptor = openSync(path, 'a', 0o600);
    // After a torn line the next is one of its own.
    if (text !== '' && !text.endsWith('\n')) writeSync(this.descriptor, '\n');
  }

  static open(paths: StorePaths, url: string): Account {
    const folder = join(paths.root, 'sent');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${createHash('sha256').update(url).digest('hex').slice(0, 16)}.jsonl`);
    return new Account(path, textIn(path));
  }

  of(runId: string): Sent {
    const known = this.runs.get(runId);
    if (known) return known;
    const fresh: Sent = { there: null, points: new Map(), files: new Map(), models: new Map(), whole: null };
    this.runs.set(runId, fresh);
    return fresh;
  }

  /** @throws LoopwrightError `read_only` where the disk is full: what was acknowledged may then be sent again */
  write(line: Line): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    if (!this.isWritten(bytes))
      throw new LoopwrightError('read_only', 'The disk is full. Free some space and send again: it goes on from here.');
    this.take(line);
  }

  private isWritten(bytes: Buffer): boolean {
    try {
      return writeSync(this.descriptor, bytes) === bytes.length;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
      throw error;
    }
  }

  /** The server does not have this run any more: all of it has to be sent again. */
  forget(runId: string): void {
    this.runs.delete(runId);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private take({ run, there, points, file, model, whole }: Line): void {
    // Another one there than before: nothing of it was sent.
    if (there !== undefined) this.runs.delete(run);
    const sent = this.of(run);
    if (there !== undefined) sent.there = there;
    for (const [key, count] of Object.entries(points ?? {})) sent.points.set(key, count);
    if (file) sent.files.set(file.path, file);
    if (model) sent.models.set(model.id, model);
    if (whole !== undefined) sent.whole = whole;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // torn
  }
}

function textIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // nothing was sent yet
  }
}
