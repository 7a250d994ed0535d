/** DVC itself reads the store's cache: whoever has DVC gets a run's inputs back without us. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ended, filesOf, opened } from '../engine/data.support';
import { type TestStore, testStore } from '../engine/support';

const python = process.env.LOOPWRIGHT_PEERS_PYTHON ?? '';

let store: TestStore;
let project: string;
beforeEach(() => {
  store = testStore();
  project = mkdtempSync(join(tmpdir(), 'lw-dvc-'));
  mkdirSync(join(project, '.dvc'));
  const cache = join(store.paths.root, 'cache');
  writeFileSync(
    join(project, '.dvc/config'),
    `[core]\n    no_scm = True\n    analytics = false\n[cache]\n    dir = ${cache}\n`,
  );
});
afterEach(async () => {
  await store.dispose();
  rmSync(project, { recursive: true, force: true });
});

const dvc = (...words: string[]): string =>
  execFileSync(python, ['-m', 'dvc', ...words], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, DVC_NO_ANALYTICS: '1' },
  });

it('checks out what a run has read, and finds it unchanged', async () => {
  const { connection } = await store.open();
  const names = {
    'train.csv': 'a,b\n1,2\n',
    'images/é😀.txt': 'one',
    'images/\uffee.txt': 'two',
    'images/deep/x': 'three',
  };
  for (const [name, text] of Object.entries(names)) {
    mkdirSync(join(store.folder, name, '..'), { recursive: true });
    writeFileSync(join(store.folder, name), text);
  }
  const table = join(store.folder, 'train.csv');
  const images = join(store.folder, 'images');
  const { runId } = await ended(store, connection, [
    opened(table),
    ['file', Date.now(), { path: images, mode: 'r', via: 'audit', kind: 'folder', files: 3 }],
  ]);
  const inputs = await filesOf(connection, runId, 'in');
  for (const [path, out] of [
    [table, 'train.csv'],
    [images, 'images'],
  ] as const) {
    const file = inputs.get(path);
    expect(file?.pinned).toBe(true);
    writeFileSync(
      join(project, `${out}.dvc`),
      `outs:\n- md5: ${file?.md5 ?? ''}\n  size: ${String(file?.sizeBytes)}\n  hash: md5\n  path: ${out}\n`,
    );
  }
  dvc('checkout');
  for (const [name, text] of Object.entries(names)) expect(readFileSync(join(project, name), 'utf8')).toBe(text);
  expect(dvc('status')).toMatch(/up to date/);
  // And the other way round: what DVC itself makes of the folder is the digest that we gave it.
  rmSync(join(project, 'images.dvc'));
  dvc('add', 'images');
  expect(readFileSync(join(project, 'images.dvc'), 'utf8')).toContain(inputs.get(images)?.md5);
});
