/** What in a folder is offered for import, told from the names of files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { importableIn } from '../../src/extension/imports/importable';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lw-importable-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, content = ''): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

it('is a database and a folder with a run', () => {
  const database = write('mlflow.db', 'SQLite format 3\0 and more');
  write('mlruns/1/meta.yaml');
  write('mlruns/1/abc/meta.yaml');
  expect(importableIn(folder)).toEqual([database, join(folder, 'mlruns')]);
});

it('is nothing where there is no run yet, or only the artifacts of a database', () => {
  write('mlruns/0/meta.yaml');
  write('mlruns/1/abc/artifacts/model.pkl');
  write('mlflow.db');
  expect(importableIn(folder)).toEqual([]);
  expect(importableIn(join(folder, 'nowhere'))).toEqual([]);
});
