/**
 * The folder of a job, beside its output: `job.json` (the plan), `commits.jsonl` (a line for each chunk that is on the disk) and
 * the files that grow (`output.ts`). What is not in the log was never there.
 */
import {
  closeSync,
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
import { LoopwrightError } from '../protocol/errors';
import { takeLock } from '../protocol/node/lock';
import { jobFolderName, ScoreCommit, ScorePlan } from '../protocol/score';
import { syncFile, syncFolder } from './sync';

const PLAN = 'job.json';
const LOG = 'commits.jsonl';
const LOCK = 'lock';
const PLACING = 'placing.json';
/** What was there before; it goes with the folder. */
const REPLACED = 'replaced';

export const jobFolderOf = (output: string): string => join(dirname(output), jobFolderName(basename(output)));

export class JobFolder {
  private log: number | null = null;
  private lock: ReturnType<typeof takeLock> = null;

  constructor(readonly path: string) {}

  at(name: string): string {
    return join(this.path, name);
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

  /**
   * What is done; what stands behind it in the log is cut off, and files of a chunk that was under way are removed.
   *
   * @param isThere whether all is there that a commit, and those before it, tell of
   * @param kept files besides its own
   */
  async commits(isThere: (last: ScoreCommit) => Promise<boolean>, kept: readonly string[]): Promise<ScoreCommit[]> {
    const lines = existsSync(this.at(LOG)) ? readFileSync(this.at(LOG), 'utf8').split('\n').slice(0, -1) : [];
    const whole: ScoreCommit[] = [];
    for (const line of lines) {
      const read = parsed(line);
      if (read?.chunk !== whole.length) break;
      whole.push(read);
    }
    for (let last = whole.at(-1); last && !(await isThere(last)); last = whole.at(-1)) whole.pop();
    const bytes = lines.slice(0, whole.length).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    if (existsSync(this.at(LOG))) truncateSync(this.at(LOG), bytes);
    const known = new Set([PLAN, LOG, LOCK, PLACING, ...kept]);
    for (const name of readdirSync(this.path))
      if (!known.has(name)) rmSync(this.at(name), { recursive: true, force: true });
    return whole;
  }

  /** All of it is on the disk. */
  commit(commit: ScoreCommit): void {
    this.log ??= openSync(this.at(LOG), 'a');
    const line = Buffer.from(`${JSON.stringify(commit)}\n`);
    if (writeSync(this.log, line) !== line.length) throw new Error('ENOSPC: a line of the log was cut short.');
    fsyncSync(this.log);
  }

  /** What is whole gets its name. Whoever finds it there later can tell that it is this job's. */
  place(draft: string, path: string): void {
    const isFolder = statSync(draft).isDirectory();
    if (isFolder) syncFolder(draft);
    else syncFile(draft);
    // A file takes the place of a file by itself.
    const before = statSync(path, { throwIfNoEntry: false });
    if (before && (isFolder || before.isDirectory())) renameSync(path, this.at(REPLACED));
    writeSynced(this.at(PLACING), Buffer.from(JSON.stringify({ ...this.placed(), [path]: stampOf(draft) })));
    renameSync(draft, path);
    syncFolder(dirname(path));
  }

  /** Whether what is there was put there by this job, which was then ended before it could say so. */
  hasPlaced(path: string): boolean {
    return existsSync(path) && this.placed()[path] === stampOf(path);
  }

  /** Back from the name that `place` gave it, if it did. */
  takeBack(path: string, draft: string): void {
    if (!this.hasPlaced(path)) return;
    renameSync(path, draft);
    syncFolder(dirname(path));
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
}

function parsed(line: string): ScoreCommit | null {
  try {
    return ScoreCommit.parse(JSON.parse(line));
  } catch {
    return null; // torn
  }
}

/** Beside, synced, renamed. */
function writeSynced(path: string, bytes: Buffer): void {
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

function stampOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return [ino, size, mtimeNs].join(' ');
}
