/** A working folder with real git around it, and a store to take snapshots into. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { takeSnapshot } from '../../src/engine/code';
import { type CaptureOptions, CodeFacts, DEFAULT_CAPTURE } from '../../src/protocol/capture';
import { newRunId } from '../../src/protocol/node/runId';
import { makeStore } from '../../src/protocol/node/storeFolder';
import { parseRecord, splitJournal } from '../../src/protocol/journal';
import { RunSpec } from '../../src/protocol/runFolder';
import { crc32 } from 'node:zlib';

const PEOPLE = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@localhost',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@localhost',
};

export class CodePlace {
  readonly base = mkdtempSync(join(tmpdir(), 'lw-code-'));
  readonly folder = join(this.base, 'work');

  constructor(readonly store = '') {
    if (store === '') this.store = join(this.base, 'store');
    mkdirSync(this.folder);
    process.env.LOOPWRIGHT_STATE_DIR = join(this.base, 'state');
    makeStore(this.store);
  }

  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), content);
    }
  }

  /** The user's own git, in the folder. */
  git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.folder, env: { ...process.env, ...PEOPLE }, encoding: 'utf8' });
  }

  commit(files: Readonly<Record<string, string | Buffer>>): void {
    this.write(files);
    this.git('add', '-A', '-f');
    this.git('commit', '-q', '-m', 'a commit');
  }

  prepare(root = this.folder, capture: CaptureOptions = DEFAULT_CAPTURE): { runId: string; run: string } {
    const runId = newRunId(Date.now());
    const run = join(this.store, 'runs', runId);
    mkdirSync(join(run, 'journals'), { recursive: true });
    const spec = RunSpec.parse({
      ...{
        format: 1,
        run_id: runId,
        experiment: 'x',
        name: 'x',
        parent_run_id: null,
        kind: 'script',
        argv: ['python'],
      },
      ...{ source: 'x.py', cwd: root, interpreter: null, params: {}, tags: {}, env: {}, hook_dir: '', root, capture },
      ...{ user: 'u', host: 'h', created_ms: 1, socket: null, token: null },
    });
    writeFileSync(join(run, 'spec.json'), JSON.stringify(spec));
    return { runId, run };
  }

  async snapshot(root = this.folder): Promise<CodeFacts & { runId: string; run: string }> {
    const { runId, run } = this.prepare(root);
    await takeSnapshot({ store: this.store, runId });
    return { ...factsIn(run), runId, run };
  }

  /** Name and content of what a snapshot holds, links as `-> target`. */
  filesOf(tree: string | undefined): Record<string, string> {
    const inStore = (...args: string[]) =>
      execFileSync('git', ['--git-dir', join(this.store, 'code.git'), ...args], { encoding: 'latin1' });
    const lines = inStore('ls-tree', '-r', '-z', tree ?? '')
      .split('\0')
      .slice(0, -1);
    return Object.fromEntries(
      lines.map((line) => {
        const head = line.slice(0, line.indexOf('\t'));
        const name = line.slice(head.length + 1);
        const [mode, , blob = ''] = head.split(' ');
        return [name, `${mode === '120000' ? '-> ' : ''}${inStore('cat-file', 'blob', blob)}`];
      }),
    );
  }

  dispose(): void {
    execFileSync('chmod', ['-R', 'u+rwX', this.base]);
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** Every record of all of a run's journals. */
export function recordsIn(run: string) {
  return readdirSync(join(run, 'journals')).flatMap((name) => {
    const { payloads } = splitJournal(readFileSync(join(run, 'journals', name)), true, crc32);
    return payloads.map((payload) => parseRecord(payload));
  });
}

export function factsIn(run: string): CodeFacts {
  const all = recordsIn(run).flatMap((record) => (record?.[0] === 'facts' ? [record[3]] : []));
  return CodeFacts.parse(Object.assign({}, ...all));
}

/** Content, times and modes of everything below a folder: two are equal only if nothing at all was touched. */
export function fingerprint(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (path: string, name: string) => {
    const stat = lstatSync(path, { bigint: true });
    const what = `${String(stat.mode)} ${String(stat.mtimeNs)} ${String(stat.ctimeNs)} ${String(stat.size)}`;
    if (stat.isDirectory()) for (const child of readdirSync(path)) walk(join(path, child), `${name}/${child}`);
    const content = stat.isFile() ? readFileSync(path) : stat.isSymbolicLink() ? readlinkSync(path) : '';
    found[name] = `${what} ${createHash('sha256').update(content).digest('hex')}`;
  };
  walk(folder, '');
  return found;
}
