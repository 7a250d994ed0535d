import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeSnapshot } from '../../src/engine/code';
import { withoutCredentials } from '../../src/engine/code/repository';
import { isSecretName } from '../../src/engine/code/secrets';
import { codeRootOf, writeTree } from '../../src/engine/code/tree';
import { CodePlace, fingerprint, recordsIn } from './codeSupport';
import { rare } from '../support/rare';

let place: CodePlace;
beforeEach(() => {
  place = new CodePlace();
});
afterEach(() => place.dispose());

const whyLeftOut = ({ leftOut = [] }: { leftOut?: { path: string; reason: string }[] | undefined }) =>
  Object.fromEntries(leftOut.map(({ path, reason }) => [path, reason]));
const statuses = ({ changed = [] }: { changed?: { path: string; status: string }[] | undefined }) =>
  Object.fromEntries(changed.map(({ path, status }) => [path, status]));

describe('a snapshot', () => {
  it('holds what the folder holds: committed, changed, staged and untracked files, not those deleted or ignored', async () => {
    place.git('init', '-q', '-b', 'main');
    place.commit({ 'a.py': '1', 'b.py': '1', 'gone.py': '1', '.gitignore': '*.log\n', 'kept.log': 'tracked' });
    place.write({ 'b.py': '22', 'staged.py': 's', 'new.py': 'n', 'x.log': 'ignored' });
    place.git('add', 'staged.py');
    rmSync(join(place.folder, 'gone.py'));
    const facts = await place.snapshot();
    expect(place.filesOf(facts.tree)).toEqual({
      'a.py': '1',
      'b.py': '22',
      'staged.py': 's',
      'new.py': 'n',
      '.gitignore': '*.log\n',
      'kept.log': 'tracked',
    });
    expect(statuses(facts)).toEqual({
      'b.py': 'modified',
      'gone.py': 'deleted',
      'new.py': 'untracked',
      'staged.py': 'added',
    });
    expect(whyLeftOut(facts)).toEqual({ 'x.log': 'ignored' });
    expect(facts.repository).toMatchObject({
      root: place.folder,
      branch: 'main',
      commit: place.git('rev-parse', 'HEAD').trim(),
      operation: null,
    });
    expect(recordsIn(facts.run)).toContainEqual(['done', expect.any(Number), 'code', null]);
  });

  it('follows the rules of what is ignored, wherever they are changed', async () => {
    place.git('init', '-q', '-b', 'main');
    place.commit({ 'a.py': '1', 'a.log': 'l', 'sub/b.py': '2', 'sub/b.log': 'l', '.gitignore': '' });
    const elsewhere = join(place.base, 'rules');
    writeFileSync(elsewhere, '');
    place.git('config', 'core.excludesFile', elsewhere);
    const changes: (() => void)[] = [
      () => place.write({ 'new.log': 'untracked' }),
      () => place.write({ '.gitignore': '*.log\n' }),
      () => place.git('rm', '-q', '--cached', 'a.log'),
      () => writeFileSync(join(place.folder, '.git/info/exclude'), 'b.py\n'),
      () => place.git('rm', '-q', '--cached', 'sub/b.py'),
      () => place.write({ '.gitignore': '' }),
      () => writeFileSync(elsewhere, 'a.py\n'),
      () => place.git('rm', '-q', '--cached', 'a.py'),
      () => place.write({ 'sub/.gitignore': '*\n' }),
      () => place.git('rm', '-q', '--cached', 'sub/b.log'),
      () => place.write({ 'sub/.gitignore': '' }),
    ];
    await place.snapshot();
    for (const change of changes) {
      change();
      const { tree } = await place.snapshot();
      const other = join(place.base, 'other', String(changes.indexOf(change)));
      mkdirSync(other, { recursive: true });
      const anew = await writeTree(other, await codeRootOf(place.folder));
      expect(tree, String(change)).toBe(anew.tree);
      expect((await place.snapshot()).tree, String(change)).toBe(anew.tree);
    }
  });

  it('is the same tree for the same code, another for another, also if only the stat tells', async () => {
    place.write({ 'a.py': '1', 'sub/b.py': '2' });
    const first = await place.snapshot();
    const again = await place.snapshot();
    place.write({ 'a.py': '3' });
    const other = await place.snapshot();
    rmSync(join(place.folder, 'sub'), { recursive: true });
    const less = await place.snapshot();
    expect(again.tree).toBe(first.tree);
    expect(other.tree).not.toBe(first.tree);
    expect(place.filesOf(other.tree)).toEqual({ 'a.py': '3', 'sub/b.py': '2' });
    expect(place.filesOf(less.tree)).toEqual({ 'a.py': '3' });
  });

  it('tells code that changed in the second of the snapshot before, at the same size', async () => {
    const second = () => Math.floor(Date.now() / 1000);
    const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
    let isOfOneSecond = false;
    for (let tries = 0; tries < 10 && !isOfOneSecond; tries++) {
      await nextSecond();
      const begun = second();
      place.write({ 'a.py': '1' });
      await place.snapshot();
      place.write({ 'a.py': '3' });
      isOfOneSecond = second() === begun;
      await nextSecond();
      expect(place.filesOf((await place.snapshot()).tree)).toEqual({ 'a.py': '3' });
    }
    expect(isOfOneSecond).toBe(true);
  });

  it('works the same where there is no repository', async () => {
    place.write({ 'train.py': 'x', '.gitignore': 'data/\n', 'data/a.csv': '1' });
    const facts = await place.snapshot();
    expect(facts.repository).toBeNull();
    expect(Object.keys(place.filesOf(facts.tree))).toEqual(['.gitignore', 'train.py']);
    expect(whyLeftOut(facts)).toEqual({ 'data/': 'ignored' });
  });

  it('is of one folder of a repository, by all of its rules', async () => {
    place.git('init', '-q');
    place.commit({ 'project/a.py': '1', 'other/b.py': '1', '.gitignore': '*.ckpt\n' });
    place.write({
      'project/m.ckpt': 'm',
      'project/a.py': '2',
      '.git/info/exclude': 'private.py\n',
      'project/private.py': 'p',
    });
    const facts = await place.snapshot(join(place.folder, 'project'));
    expect(place.filesOf(facts.tree)).toEqual({ 'a.py': '2' });
    expect(statuses(facts)).toEqual({ 'a.py': 'modified' });
    expect(whyLeftOut(facts)).toEqual({ 'm.ckpt': 'ignored', 'private.py': 'ignored' });
  });

  it('is taken of a folder that its repository ignores', async () => {
    place.git('init', '-q');
    place.commit({ 'a.py': '1', '.gitignore': 'scratch/\n' });
    place.write({ 'scratch/try.py': 't' });
    const facts = await place.snapshot(join(place.folder, 'scratch'));
    expect(place.filesOf(facts.tree)).toEqual({ 'try.py': 't' });
    expect(facts.repository?.commit).toBe(place.git('rev-parse', 'HEAD').trim());
    expect(facts.changed).toBeUndefined();
  });

  it('takes bytes as they are: no line endings, no filter, no encoding', async () => {
    place.git('init', '-q');
    place.git('config', 'core.autocrlf', 'true');
    place.git('config', 'filter.shout.clean', `touch ${join(place.base, 'executed')}; tr a-z A-Z`);
    place.git('config', 'filter.shout.smudge', 'tr A-Z a-z');
    place.write({ '.gitattributes': '*.txt text eol=crlf\n*.bin filter=shout\n*.u16 working-tree-encoding=UTF-16\n' });
    place.commit({ 'a.txt': 'x\r\ny\r\n', 'm.bin': 'model', 'u.u16': Buffer.from('\ufeffé', 'utf16le') });
    rmSync(join(place.base, 'executed'), { force: true });
    utimesSync(join(place.folder, 'm.bin'), 1, 1);
    const facts = await place.snapshot();
    expect(place.filesOf(facts.tree)).toMatchObject({
      'a.txt': 'x\r\ny\r\n',
      'm.bin': 'model',
      'u.u16': Buffer.from('\ufeffé', 'utf16le').toString('latin1'),
    });
    expect(statuses(facts)).not.toHaveProperty('a.txt');
    expect(() => execFileSync('test', ['-e', join(place.base, 'executed')])).toThrow();
  });

  it('does not call a file changed that only a filter (LFS) made different from the commit', async () => {
    place.git('init', '-q');
    place.git('config', 'filter.shout.clean', 'tr a-z A-Z');
    place.write({ '.gitattributes': '*.bin filter=shout\n' });
    place.commit({ 'm.bin': 'model', 'n.bin': 'other' });
    place.write({ 'n.bin': 'changed' });
    expect(statuses(await place.snapshot())).toEqual({ 'n.bin': 'modified' });
  });

  it('executes nothing that the repository configures', async () => {
    const trap = join(place.base, 'trap.sh');
    writeFileSync(trap, `#!/bin/sh\ntouch ${join(place.base, 'sprung')}\n`, { mode: 0o755 });
    place.git('init', '-q');
    place.commit({ 'a.py': '1' });
    for (const key of ['core.fsmonitor', 'core.sshCommand', 'core.pager', 'diff.external', 'core.editor'])
      place.git('config', key, trap);
    mkdirSync(join(place.folder, '.git/hooks'), { recursive: true });
    for (const hook of ['post-index-change', 'reference-transaction', 'pre-commit'])
      writeFileSync(join(place.folder, '.git/hooks', hook), `#!/bin/sh\n${trap}\n`, { mode: 0o755 });
    place.write({ 'a.py': '2' });
    expect(statuses(await place.snapshot())).toEqual({ 'a.py': 'modified' });
    expect(() => execFileSync('test', ['-e', join(place.base, 'sprung')])).toThrow();
  });
});

describe("the user's repository", () => {
  rare('stays as it is to the byte and the nanosecond over 50 snapshots', async () => {
    place.git('init', '-q');
    place.commit({ 'a.py': '1', 'b.py': '1', 'sub/c.py': '1', '.gitignore': '*.log\n' });
    place.write({ 'a.py': '2' });
    place.git('stash');
    place.write({ 'a.py': '3', 'new.py': 'n', 'x.log': '1' });
    place.git('add', 'a.py');
    place.write({ 'b.py': '44' });
    // A stat that git would like to refresh.
    utimesSync(join(place.folder, 'sub/c.py'), 5, 5);
    const status = place.git('--no-optional-locks', 'status', '--porcelain=v2', '--branch');
    const before = fingerprint(join(place.folder, '.git'));
    const files = fingerprint(place.folder);
    for (let round = 0; round < 50; round++) {
      await place.snapshot();
      if (round === 0) expect(fingerprint(join(place.folder, '.git'))).toEqual(before);
    }
    expect(fingerprint(join(place.folder, '.git'))).toEqual(before);
    expect(fingerprint(place.folder)).toEqual(files);
    expect(place.git('--no-optional-locks', 'status', '--porcelain=v2', '--branch')).toBe(status);
  });

  it('may have no commit yet, a detached head, a rebase in progress, or be a worktree of another', async () => {
    place.git('init', '-q', '-b', 'main');
    place.write({ 'a.py': '1', 'b.py': '1' });
    place.git('add', 'a.py');
    const unborn = await place.snapshot();
    expect(unborn.repository).toMatchObject({ commit: null, branch: 'main' });
    expect(statuses(unborn)).toEqual({ 'a.py': 'added', 'b.py': 'untracked' });

    place.commit({ 'a.py': '1' });
    place.git('checkout', '-q', '-b', 'side');
    place.commit({ 'a.py': 'side' });
    place.git('worktree', 'add', '-q', join(place.base, 'tree'), 'main');
    const linked = await place.snapshot(join(place.base, 'tree'));
    expect(linked.repository).toMatchObject({ root: join(place.base, 'tree'), branch: 'main' });
    expect(statuses(linked)).toEqual({});
    place.git('worktree', 'remove', join(place.base, 'tree'));

    place.git('checkout', '-q', 'main');
    place.commit({ 'a.py': 'main' });
    expect(() => place.git('rebase', 'side')).toThrow();
    const rebasing = await place.snapshot();
    expect(rebasing.repository).toMatchObject({ branch: null, operation: 'rebase' });
    expect(place.filesOf(rebasing.tree)['a.py']).toContain('<<<<<<<');
  });

  it('may have others in it: their files are in, their commit and whether they are clean is told', async () => {
    place.git('init', '-q');
    place.commit({ 'a.py': '1' });
    execFileSync('git', ['init', '-q', join(place.base, 'library')]);
    const library = (...args: string[]) => execFileSync('git', ['-C', join(place.base, 'library'), ...args]);
    writeFileSync(join(place.base, 'library/lib.py'), 'l');
    library('add', '.');
    library('-c', 'user.name=a', '-c', 'user.email=a', 'commit', '-q', '-m', 'x');
    place.git(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      join(place.base, 'library'),
      'libs/one',
    );
    place.git('commit', '-q', '-m', 'submodule');
    const clean = await place.snapshot();
    expect(place.filesOf(clean.tree)).toMatchObject({ 'a.py': '1', 'libs/one/lib.py': 'l' });
    expect(clean.repository?.submodules).toMatchObject([{ path: 'libs/one', dirty: false }]);
    expect(statuses(clean)).toEqual({});
    place.write({ 'libs/one/lib.py': 'changed', 'libs/one/more.py': 'm' });
    const dirty = await place.snapshot();
    expect(place.filesOf(dirty.tree)).toMatchObject({ 'libs/one/lib.py': 'changed', 'libs/one/more.py': 'm' });
    expect(dirty.repository?.submodules).toMatchObject([{ path: 'libs/one', dirty: true }]);
  });

  it('is told of without the credentials of its remote', async () => {
    expect(withoutCredentials('https://me:hunter2@host.example/x.git?token=1')).toBe('https://host.example/x.git');
    expect(withoutCredentials('git@host.example:x.git')).toBe('git@host.example:x.git');
    place.git('init', '-q');
    place.git('remote', 'add', 'origin', 'https://me:hunter2@host.example/x.git');
    const { repository } = await place.snapshot();
    expect(repository?.remote).toBe('https://host.example/x.git');
  });
});

describe('secrets', () => {
  it('are known by the name of a file', () => {
    const secret =
      '.env .env.local prod.env key.pem server.key id_rsa id_ed25519 a.p12 credentials credentials.json secrets.yaml ' +
      'secrets.toml .netrc .pypirc .npmrc kubeconfig vault.kdbx service-account-prod.json .aws/config client_secret_1.json';
    for (const name of secret.split(' ')) expect(isSecretName(`conf/${name}`), name).toBe(true);
    const harmless =
      '.env.example id_rsa.pub keys.py tokenizer.json monkey.py secretary.py environment.yml author.json';
    for (const name of harmless.split(' ')) expect(isSecretName(`conf/${name}`), name).toBe(false);
  });

  it('never get into the store, by name or by content, and are listed', async () => {
    // In two parts, so that nobody's scanner takes this file for a key.
    const key = ['-----BEGIN RSA PRIVATE', 'KEY-----\nMIIEowIBAAKCAQEA\n'].join(' ');
    const token = `ghp_${'a1B2'.repeat(9)}`;
    place.git('init', '-q');
    place.commit({ 'committed.py': `token = "${token}"`, 'train.py': 't' });
    place.write({ '.env': 'PASSWORD=hunter2', 'conf/deploy.txt': key, 'notes.ipynb': `{"x": "${token}"}` });
    const facts = await place.snapshot();
    expect(place.filesOf(facts.tree)).toEqual({ 'train.py': 't' });
    expect(whyLeftOut(facts)).toEqual({
      '.env': 'its name says that it holds a secret',
      'conf/deploy.txt': 'it holds what looks like a private key',
      'committed.py': 'it holds what looks like a GitHub token',
      'notes.ipynb': 'it holds what looks like a GitHub token',
    });
    expect(statuses(facts)).toEqual({});
    place.write({ 'train.py': `x = "${token}"` });
    const later = await place.snapshot();
    expect(place.filesOf(later.tree)).toEqual({});
    expect(
      execFileSync('git', ['--git-dir', join(place.store, 'code.git'), 'cat-file', '--batch-all-objects', '--batch'], {
        encoding: 'latin1',
      }),
    ).not.toContain(token);
  });
});

describe('bad input', () => {
  it('leaves out what is too large, too much or too many, code last', async () => {
    place.write({ 'z.py': 'code', 'a.dat': 'x'.repeat(60), 'b.dat': 'y'.repeat(60), 'c.dat': 'z'.repeat(30) });
    const huge = join(place.folder, 'huge.bin');
    writeFileSync(huge, '');
    truncateSync(huge, 5 * 2 ** 30);
    const few = await writeTree(place.store, await codeRootOf(place.folder), {
      fileBytes: 1000,
      totalBytes: 100,
      fileCount: 3,
    });
    expect(Object.keys(place.filesOf(few.tree))).toEqual(['a.dat', 'c.dat', 'z.py']);
    expect(Object.fromEntries(few.leftOut)).toEqual({
      'b.dat': 'more than 0 MB in all',
      'huge.bin': 'more than 3 files',
    });
    const facts = await place.snapshot();
    expect(whyLeftOut(facts)).toEqual({ 'huge.bin': 'larger than 10 MB' });
    // Code that comes later displaces data that was there before.
    place.write({ 'late.py': 'l' });
    const late = await writeTree(place.store, await codeRootOf(place.folder), {
      fileBytes: 1000,
      totalBytes: 1000,
      fileCount: 3,
    });
    expect(Object.keys(place.filesOf(late.tree))).toEqual(['a.dat', 'late.py', 'z.py']);
  });

  it('leaves environments and caches out without being told to', async () => {
    place.write({
      'train.py': 't',
      'env/pyvenv.cfg': 'home = /usr',
      'env/lib/python3/site-packages/x.py': 'x',
      'node_modules/a/index.js': 'a',
      '__pycache__/train.pyc': 'c',
    });
    const facts = await place.snapshot();
    expect(place.filesOf(facts.tree)).toEqual({ 'train.py': 't' });
    expect(whyLeftOut(facts)).toEqual({
      'env/': 'a virtual environment',
      'node_modules/': 'ignored',
      '__pycache__/': 'ignored',
    });
  });

  it('takes names as they are, links as links, and stops at no loop', async () => {
    const odd = ['a\nb.py', 'tab\t".py', ' lead.py', '-dash.py', ':(glob)*.py', 'ünï.py', '.hidden.py'];
    place.write(Object.fromEntries(odd.map((name) => [name, name])));
    writeFileSync(
      Buffer.concat([Buffer.from(`${place.folder}/no`), Buffer.from([0xff, 0xfe]), Buffer.from('.py')]),
      'x',
    );
    symlinkSync('..', join(place.folder, 'loop'));
    symlinkSync('nowhere', join(place.folder, 'dangling'));
    symlinkSync('/etc/passwd', join(place.folder, 'outside'));
    execFileSync('mkfifo', [join(place.folder, 'pipe')]);
    const facts = await place.snapshot();
    const files = place.filesOf(facts.tree);
    expect(files).toMatchObject({
      loop: '-> ..',
      dangling: '-> nowhere',
      outside: '-> /etc/passwd',
      'no\xff\xfe.py': 'x',
    });
    expect(Object.keys(files)).toHaveLength(odd.length + 4);
    for (const name of odd)
      expect(files[Buffer.from(name).toString('latin1')]).toBe(Buffer.from(name).toString('latin1'));
  });

  it('follows files that become folders, folders that become links, and back', async () => {
    place.write({ x: 'file', 'y/a.py': '1' });
    await place.snapshot();
    rmSync(join(place.folder, 'x'));
    place.write({ 'x/in.py': '2' });
    renameSync(join(place.folder, 'y'), join(place.folder, 'z'));
    symlinkSync('z', join(place.folder, 'y'));
    expect(place.filesOf((await place.snapshot()).tree)).toEqual({ 'x/in.py': '2', y: '-> z', 'z/a.py': '1' });
    rmSync(join(place.folder, 'x'), { recursive: true });
    place.write({ x: 'file' });
    expect(place.filesOf((await place.snapshot()).tree)).toMatchObject({ x: 'file' });
  });

  it('loses nothing else over a name that git does not take', async () => {
    place.write({ 'a.py': '1', 'git~1': 'x', 'sub/b.py': '2', 'z.py': '3' });
    const facts = await place.snapshot();
    expect(place.filesOf(facts.tree)).toEqual({ 'a.py': '1', 'sub/b.py': '2', 'z.py': '3' });
    expect(whyLeftOut(facts)).toEqual({ 'git~1': 'git does not take its name, or it went away' });
  });

  it('loses nothing else over a file that becomes something else while git reads', async () => {
    place.write(Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [`${name}.py`, name])));
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    const bin = join(place.base, 'bin');
    mkdirSync(bin);
    const change = `rm -f ${place.folder}/c.py; mkdir -p ${place.folder}/c.py`;
    writeFileSync(join(bin, 'git'), `#!/bin/sh\ncase "$*" in *--add*) ${change};; esac\nexec ${real} "$@"\n`, {
      mode: 0o755,
    });
    const path = process.env.PATH;
    process.env.PATH = `${bin}:${path ?? ''}`;
    try {
      const facts = await place.snapshot();
      expect(place.filesOf(facts.tree)).toEqual({ 'a.py': 'a', 'b.py': 'b', 'd.py': 'd', 'e.py': 'e' });
      expect(whyLeftOut(facts)).toEqual({ 'c.py': 'it could not be read, or changed while it was' });
    } finally {
      process.env.PATH = path;
    }
  });

  it('leaves out what it may not read', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may read every file');
    place.write({ 'a.py': '1', 'closed.py': '2' });
    chmodSync(join(place.folder, 'closed.py'), 0);
    const facts = await place.snapshot();
    expect(place.filesOf(facts.tree)).toEqual({ 'a.py': '1' });
    expect(whyLeftOut(facts)).toEqual({ 'closed.py': 'it is closed to you' });
  });

  it('says so if there is no git', async () => {
    const { runId } = place.prepare();
    const path = process.env.PATH;
    process.env.PATH = place.folder;
    try {
      await expect(takeSnapshot({ store: place.store, runId })).rejects.toThrow('git was not found on the PATH');
    } finally {
      process.env.PATH = path;
    }
  });

  it('does not mind where it was called from: inside a hook of git', async () => {
    place.write({ 'a.py': '1' });
    process.env.GIT_DIR = '/nowhere';
    process.env.GIT_INDEX_FILE = '/nowhere/index';
    try {
      expect(place.filesOf((await place.snapshot()).tree)).toEqual({ 'a.py': '1' });
    } finally {
      delete process.env.GIT_DIR;
      delete process.env.GIT_INDEX_FILE;
    }
  });

  it('begins anew where the objects that its index names are gone', async () => {
    place.write({ 'a.py': '1', 'sub/b.py': '2' });
    await place.snapshot();
    rmSync(join(place.store, 'code.git/objects'), { recursive: true });
    mkdirSync(join(place.store, 'code.git/objects'));
    place.write({ 'c.py': '3' });
    expect(place.filesOf((await place.snapshot()).tree)).toEqual({ 'a.py': '1', 'c.py': '3', 'sub/b.py': '2' });
  });

  it('takes several at once', async () => {
    place.write(Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${String(index)}.py`, String(index)])));
    const all = await Promise.all([1, 2, 3, 4].map(() => place.snapshot()));
    expect(new Set(all.map(({ tree }) => tree)).size).toBe(1);
    expect(Object.keys(place.filesOf(all[0]?.tree))).toHaveLength(200);
  });
});
