/** The runner, the hook and the observer with every Python from 3.9 on that this machine has. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';

const MINORS = [9, 10, 11, 12, 13, 14];
/** Those that need nothing but the standard library, and no terminal of their own. */
const MODULES = [
  'test_api',
  'test_argparse',
  'test_artifacts',
  'test_attach',
  'test_files',
  'test_file_processes',
  'test_foreground_pipes',
  'test_hook',
  'test_observer',
  'test_ranks',
  'test_trouble',
];

/** On the path, and where pyenv keeps them. */
const folders = [...(process.env.PATH ?? '').split(delimiter), ...pyenvFolders()];
const found = MINORS.flatMap((minor) => {
  const name = `python3.${String(minor)}`;
  const folder = folders.find((one) => existsSync(join(one, name)) && !one.includes('shims'));
  return folder === undefined ? [] : [{ name, path: join(folder, name) }];
});

it('finds at least the Python that everything else is tested with', () => {
  expect(found).not.toEqual([]);
});

it.each(found)('the hook and the runner work with $name', async ({ path }) => {
  const { code, output } = await unittest(path);
  expect(output).toMatch(/^OK/m);
  expect(code).toBe(0);
});

function pyenvFolders(): string[] {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  return existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : [];
}

function unittest(python: string): Promise<{ code: number | null; output: string }> {
  const cwd = join(import.meta.dirname, '..', 'python');
  return new Promise((resolve) => {
    const child = execFile(
      python,
      ['-m', 'unittest', ...MODULES],
      { cwd, encoding: 'utf8', maxBuffer: 1 << 26 },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode, output: stdout + stderr });
      },
    );
  });
}
