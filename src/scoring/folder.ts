/**
 * The folder of a job, beside its output: `job.json` (the plan), `commits.jsonl` (a line for each chunk whose files are in
 * place) and those files. All is written beside, synced and renamed; what is not in the log was never there.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LoopwrightError } from '../protocol/errors';
import { takeLock } from '../protocol/node/lock';
import { jobFolderName, ScoreCommit, ScorePlan } from '../protocol/score';

const PLAN = 'job.json';
const LOG = 'commits.jsonl';
const LOCK = 'lock';
const PLACING = 'placing.json';

export const jobFolderOf = (output: string): string => join(dirname(output), jobFolderName(basename(output)));

export class JobFolder {
  private log: number | null = null;
  private lock: ReturnType<typeof takeLock> = null;

  constructor(readonly path: string) {}

  at(name: string): string {
    return join(this.path, name);
  }

  part(chunk: number, ending: string): string {
    return this.at(`part-${String(chunk).padStart(7, '0')}.${ending}`);
  }

  errors(chunk: number): string {
    return this.at(`errors-${String(chunk).padStart(7, '0')}.jsonl`);
  }

  /** Null where none was begun. @throws LoopwrightError `bad_request` for one that can't be read */
  plan(): ScorePlan | null {
    if (!existsSync(this.at(PLAN))) return null;
    const read = ScorePlan.safeParse(JSON.parse(readFileSync(this.at(PLAN), 'utf8')));
    if (read.success) return read.data;
    throw new LoopwrightError(
      'bad_request',
      `${this.path} is a job of another version of Loopwright. --anew begins again.`,
    );
  }

  /** Makes it, empty, and fixes the plan. */
  begin(plan: ScorePlan): void {
    for (const name of readdirSync(this.path))
      if (name !== LOCK) rmSync(this.at(name), { recursive: true, force: true });
    writeSynced(this.at(PLAN), Buffer.from(`${JSON.stringify(plan, null, 2)}\n`));
  }

  /** @throws LoopwrightError `bad_request` where another process works on it */
  claim(): void {
    mkdirSync(this.path, { recursive: true });
    this.lock = takeLock(this.at(LOCK), 0);
    if (!this.lock)
      throw new LoopwrightError('bad_request', `Another process scores into this output now (${this.path}).`);
  }

  /** What is in place, as far as it is whole; what stands behind it is cut off, and files that nothing tells of are removed. */
  async commits(ending: string): Promise<ScoreCommit[]> {
    const whole: ScoreCommit[] = [];
    let bytes = 0;
    const text = existsSync(this.at(LOG)) ? readFileSync(this.at(LOG), 'utf8') : '';
    for (const line of text.split('\n').slice(0, -1)) {
      const read = parsed(line);
      if (read?.chunk !== whole.length || !(await this.isInPlace(read, ending))) break;
      whole.push(read);
      bytes += Buffer.byteLength(line) + 1;
    }
    if (existsSync(this.at(LOG))) truncateSync(this.at(LOG), bytes);
    const known = new Set([
      ...[PLAN, LOG, LOCK, PLACING].map((name) => this.at(name)),
      ...whole.flatMap(({ chunk, errors }) => [this.part(chunk, ending), ...(errors ? [this.errors(chunk)] : [])]),
    ]);
    for (const name of readdirSync(this.path))
      if (!known.has(this.at(name))) rmSync(this.at(name), { recursive: true, force: true });
    return whole;
  }

  /** Its files are in place. */
  commit(commit: ScoreCommit): void {
    this.log ??= openSync(this.at(LOG), 'a');
    const line = Buffer.from(`${JSON.stringify(commit)}\n`);
    if (writeSync(this.log, line) !== line.length) throw new Error('ENOSPC: a line of the log was cut short.');
    fsyncSync(this.log);
  }

  /** What is whole gets its name. Whoever finds it there later can tell that it is this job's. */
  place(draft: string, path: string): void {
    syncFile(draft);
    writeSynced(this.at(PLACING), Buffer.from(JSON.stringify({ ...this.placed(), [path]: stampOf(draft) })));
    renameSync(draft, path);
    syncFolder(dirname(path));
  }

  /** Whether what is there was put there by this job, which was then ended before it could say so. */
  hasPlaced(path: string): boolean {
    return existsSync(path) && this.placed()[path] === stampOf(path);
  }

  private placed(): Readonly<Record<string, string>> {
    if (!existsSync(this.at(PLACING))) return {};
    return JSON.parse(readFileSync(this.at(PLACING), 'utf8')) as Record<string, string>; // our own
  }

  remove(): void {
    // First what says that there is a job: what is left of it by one that is ended here is nothing to go on with.
    for (const name of [PLAN, ...readdirSync(this.path).filter((one) => one !== LOCK)])
      rmSync(this.at(name), { recursive: true, force: true });
    this.release();
    rmSync(this.path, { recursive: true, force: true });
  }

  /** As it is, for whoever goes on with it; not where nothing was begun. */
  leave(): void {
    if (existsSync(this.at(PLAN))) this.release();
    else if (existsSync(this.path)) this.remove();
  }

  private release(): void {
    if (this.log !== null) closeSync(this.log);
    this.log = null;
    this.lock?.close();
    this.lock = null;
  }

  private async isInPlace({ chunk, part, errors }: ScoreCommit, ending: string): Promise<boolean> {
    const are = [[this.part(chunk, ending), part] as const, ...(errors ? [[this.errors(chunk), errors] as const] : [])];
    for (const [path, told] of are) if (!existsSync(path) || (await digestOf(path)) !== told.sha256) return false;
    return true;
  }
}

function parsed(line: string): ScoreCommit | null {
  try {
    return ScoreCommit.parse(JSON.parse(line));
  } catch {
    return null; // torn
  }
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** Beside, synced, renamed. */
export function writeSynced(path: string, bytes: Buffer): void {
  const draft = `${path}.draft`;
  const file = openSync(draft, 'w');
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** What somebody else has written becomes what it is called. */
export function keepSynced(draft: string, path: string): void {
  syncFile(draft);
  renameSync(draft, path);
  syncFolder(dirname(path));
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function stampOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return [ino, size, mtimeNs].join(' ');
}

function syncFolder(path: string): void {
  if (process.platform === 'win32') return; // folders can't be opened there
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
