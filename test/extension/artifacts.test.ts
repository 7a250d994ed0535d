import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { figureType, resolveArtifact } from '../../src/extension/panels/artifacts';

let root: string;
let run: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lw-artifacts-'));
  run = join(root, 'run');
  mkdirSync(join(run, 'artifacts', 'figures'), { recursive: true });
  writeFileSync(join(run, 'artifacts', 'figures', 'roc.png'), 'picture');
  writeFileSync(join(run, 'spec.json'), 'secret');
  symlinkSync(join(run, 'spec.json'), join(run, 'artifacts', 'link.json'));
  symlinkSync(root, join(run, 'artifacts', 'up'));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('the path of an artifact', () => {
  it('leads to a file or folder below the artifacts', async () => {
    const file = await resolveArtifact(run, 'figures/roc.png');
    expect(file).toMatchObject({ isDirectory: false, sizeBytes: 7 });
    expect(file.file.endsWith(join('artifacts', 'figures', 'roc.png'))).toBe(true);
    expect(await resolveArtifact(run, 'figures')).toMatchObject({ isDirectory: true });
  });

  it.each([
    '../spec.json',
    'figures/../../spec.json',
    '/etc/passwd',
    '',
    '.',
    'figures//roc.png',
    'figures\\..\\..\\spec.json',
    'figures/roc.png\0.txt',
    'link.json',
    'up/run/spec.json',
    'gone.png',
  ])('leads nowhere else: %j', async (path) => {
    await expect(resolveArtifact(run, path)).rejects.toMatchObject({ code: 'not_found' });
  });
});

it('shows pictures of known kinds only', () => {
  expect(figureType('a/roc.PNG')).toBe('image/png');
  expect(figureType('a.svg')).toBe('image/svg+xml');
  expect(figureType('a.html')).toBeNull();
  expect(figureType('png')).toBeNull();
  expect(figureType('a.constructor')).toBeNull();
});
