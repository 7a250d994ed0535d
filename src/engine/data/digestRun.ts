/**
 * The job `data/digest`: digests of what a run read and wrote, copies of its small inputs, and the columns of its tables.
 * It comes once or more often while the script runs (inputs only, so that one which is overwritten later keeps the digest
 * of what was read) and once when it has ended. Everything it finds out goes into the run's journals, file by file.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { JournalRecord } from '../../protocol/records';
import { pathsOf } from '../../protocol/node/storeFolder';
import { RunSpec } from '../../protocol/runFolder';
import { JournalWriter } from '../../protocol/node/journalWriter';
import type { JobContext } from '../jobs';
import { DigestCache } from './digestCache';
import { type FileDigest, type FileState, type FileTask, isState, look, whyUnreadable } from './fileDigest';
import { walk } from './folder';
import { Hashers, type Wanted } from './hashers';
import { listingOf } from './listing';
import { ObjectStore } from './objectStore';
import { readRunFiles, type RunFile } from './runFiles';
import { describeTable, readerOf, type TableFacts } from './tables';

export interface DigestParams {
  readonly store: string;
  readonly runId: string;
  /** The script goes on: inputs alone, and nothing is said yet of those that have no digest. */
  readonly isEarly: boolean;
}

type Said = Omit<Extract<JournalRecord, readonly ['digest', ...unknown[]]>[2], 'path' | 'direction'>;

const AFTER_READING = 'changed after it was read';
const AFTER_THE_RUN = 'changed after the run had ended';

export async function digestRun({ store, runId, isEarly }: DigestParams, context: JobContext): Promise<null> {
  const paths = pathsOf(store);
  const { files, endMs } = readRunFiles(paths.database, runId);
  const { capture } = RunSpec.parse(JSON.parse(readFileSync(join(paths.runFolder(runId), 'spec.json'), 'utf8')));
  // An input that has its digest was hashed closer to when it was read than now.
  const wanted = files.filter(({ direction, md5 }) => (direction === 'in' ? md5 === null : !isEarly));
  if (isEarly && wanted.length === 0) return null;
  const cache = new DigestCache(join(store, 'cache', 'digests.db'));
  const journal = new JournalWriter(paths.runFolder(runId));
  const hashers = new Hashers(store);
  try {
    const job = new DigestJob(new ObjectStore(store), cache, hashers, context, {
      endMs,
      pinLimitBytes: capture.pinLimitBytes,
      say: ({ path, direction }, said) => {
        if (isEarly && said.md5 === null) return;
        journal.append(['digest', Date.now(), { path, direction, ...said }]);
      },
    });
    await job.run(wanted);
    if (!isEarly) journal.append(['done', Date.now(), 'data', null]);
    return null;
  } finally {
    await hashers.end();
    journal.close();
    cache.close();
  }
}

interface DigestRules {
  readonly endMs: number | null;
  readonly pinLimitBytes: number;
  readonly say: (file: RunFile, said: Said) => void;
}

const nothing: Said = {
  md5: null,
  size: null,
  files: null,
  rows: null,
  columns: null,
  pinned: false,
  problem: null,
};

interface Tabular {
  readonly file: RunFile;
  readonly state: FileState;
  readonly said: Said & { readonly md5: string };
  readonly isSettled: boolean;
}

class DigestJob {
  constructor(
    private readonly objects: ObjectStore,
    private readonly cache: DigestCache,
    private readonly hashers: Hashers,
    private readonly context: JobContext,
    private readonly rules: DigestRules,
  ) {}

  async run(files: readonly RunFile[]): Promise<void> {
    const { say } = this.rules;
    for (const file of files.filter(({ kind }) => kind === 'remote'))
      say(file, { ...nothing, problem: file.direction === 'in' ? 'remote: not pinned' : 'remote: no digest' });
    const tables: Tabular[] = [];
    await this.hashers.all(
      files.filter(({ kind }) => kind === 'file').flatMap((file) => this.ask(file, (table) => tables.push(table))),
    );
    for (const file of files.filter(({ kind }) => kind === 'folder')) {
      this.stopIfAsked();
      say(file, await this.digestFolder(file));
    }
    // At last: every digest is on record before a foreign library reads what people may have put into files.
    for (const table of tables) await this.addTable(table);
  }

  private stopIfAsked(): void {
    if (this.context.signal.aborted) throw new LoopwrightError('cancelled', 'The job was cancelled.');
  }

  private ask(file: RunFile, onTable: (table: Tabular) => void): Wanted[] {
    const task = this.taskOf(file);
    const state = look(task);
    if (!isState(state)) {
      this.rules.say(file, { ...nothing, problem: state.problem });
      return [];
    }
    const known = this.cache.find(file.path, state);
    const done = (digest: FileDigest) => {
      if (digest.md5 === null) {
        this.rules.say(file, { ...nothing, problem: digest.problem });
        return;
      }
      const { md5, state: hashed, pinned, problem, isSettled } = digest;
      const table = known?.md5 === md5 ? known.table : null;
      const said = { ...nothing, md5, size: hashed.sizeBytes, pinned, problem };
      this.rules.say(file, table ? withTable(said, table) : said);
      if (isSettled && !known) this.cache.set(file.path, hashed, { md5, table: null });
      if (!table && readerOf(file.path) !== null) onTable({ file, state: hashed, said, isSettled });
    };
    return [{ task, known: known?.md5 ?? null, sizeBytes: known ? 0 : state.sizeBytes, done }];
  }

  private taskOf({ path, direction, mtimeNs, sizeBytes, firstMs }: RunFile): FileTask {
    return direction === 'in'
      ? {
          path,
          expected: { mtimeNs, sizeBytes },
          unchangedSinceMs: firstMs,
          changed: AFTER_READING,
          pinLimitBytes: this.rules.pinLimitBytes,
        }
      : { path, expected: null, unchangedSinceMs: this.rules.endMs, changed: AFTER_THE_RUN, pinLimitBytes: 0 };
  }

  /** The digest that DVC would give the folder; inputs are kept if all of it is within the limit. */
  private async digestFolder({ path, direction, firstMs }: RunFile): Promise<Said> {
    let walked: ReturnType<typeof walk>;
    try {
      walked = walk(path);
    } catch (error) {
      return { ...nothing, problem: whyUnreadable(error, path) };
    }
    if (typeof walked === 'string') return { ...nothing, problem: walked };
    const size = walked.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const isInput = direction === 'in';
    const isWanted = isInput && size <= this.rules.pinLimitBytes;
    const listed: { md5: string; relpath: string }[] = [];
    const problems: string[] = [];
    let kept = 0;
    await this.hashers.all(
      walked.map(({ path: file, relpath, sizeBytes }): Wanted => {
        const task: FileTask = {
          path: file,
          expected: null,
          unchangedSinceMs: isInput ? firstMs : this.rules.endMs,
          changed: isInput ? AFTER_READING : AFTER_THE_RUN,
          pinLimitBytes: isWanted ? Math.max(1, this.rules.pinLimitBytes) : 0,
        };
        const state = look(task);
        const known = isState(state) ? this.cache.find(file, state) : null;
        const done = (digest: FileDigest) => {
          if (digest.problem !== null) problems.push(`${relpath}: ${digest.problem}`);
          if (digest.md5 === null) return;
          listed.push({ md5: digest.md5, relpath });
          if (digest.pinned) kept++;
          if (digest.isSettled && !known) this.cache.set(file, digest.state, { md5: digest.md5, table: null });
        };
        return { task, known: known?.md5 ?? null, sizeBytes: known ? 0 : sizeBytes, done };
      }),
    );
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${String(problems.length - 1)} more)` : '';
    const problem = first === undefined ? null : `${first}${more}`;
    if (listed.length < walked.length) return { ...nothing, problem };
    const listing = listingOf(listed);
    const pinned = isWanted && kept === walked.length;
    if (pinned) this.objects.addListing(listing);
    return { ...nothing, md5: listing.md5, size, files: walked.length, pinned, problem };
  }

  private async addTable({ file, state, said, isSettled }: Tabular): Promise<void> {
    this.stopIfAsked();
    const table = await describeTable(file.path, state.sizeBytes);
    const now = look(this.taskOf(file));
    // What was read is another content than was hashed: the digest stands, the table is not that one's.
    if (!isState(now) || now.mtimeNs !== state.mtimeNs || now.inode !== state.inode) return;
    const known = table ?? { rows: null, columns: null, problem: null };
    this.rules.say(file, withTable(said, known));
    if (isSettled) this.cache.set(file.path, state, { md5: said.md5, table: known });
  }
}

const withTable = (said: Said, { rows, columns, problem }: TableFacts): Said => ({
  ...said,
  rows,
  columns,
  problem: said.problem ?? problem,
});
