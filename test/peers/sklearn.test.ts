/**
 * scikit-learn as people have it: the same tests over many versions, and scikit-learn's own examples, tracked and not.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const EXAMPLES = 40;
const MINUTES = 60_000;

const versions = readdirSync(here)
  .map((name) => /^sklearn-(.+)\.txt$/.exec(name)?.[1])
  .filter((version) => version !== undefined)
  .sort();

describe('what is recorded of a script', () => {
  it.each(versions)('is the same with scikit-learn %s', async (version) => {
    const python = await ensureVenv(`venv-sklearn-${version}`, join(here, `sklearn-${version}.txt`));
    const done = await run(python, ['-m', 'unittest', 'test_sklearn.Core'], {
      cwd: join(root, 'test', 'python'),
      env: { LOOPWRIGHT_CAPTURE_PYTHON: python },
    });
    expect(done.stderr).toMatch(/^OK$/m);
    expect(done.status).toBe(0);
  });
});

describe("scikit-learn's own examples that download nothing", () => {
  it(
    'give the same exit code and output, tracked and not',
    async () => {
      const requirements = join(root, 'test', 'python', 'requirements.txt');
      const python = await ensureVenv('venv-capture', requirements);
      const project = /^scikit-learn==\S+/m.exec(readFileSync(requirements, 'utf8'))?.[0] ?? '';
      const script = join(here, 'sklearn_examples.py');
      const done = await run(python, [
        script,
        python,
        await sdistOf(python, project),
        join(root, 'python', 'hook'),
        String(EXAMPLES),
      ]);
      const lines = done.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines.filter(({ verdict }) => verdict === 'differs')).toEqual([]);
      // Some take longer than their limit on a slow machine; most must really have been compared.
      expect(lines.filter(({ verdict }) => verdict === 'same').length).toBeGreaterThan(EXAMPLES / 2);
      expect(done.status).toBe(0);
    },
    15 * MINUTES,
  );
});

/** The source distribution, which has the examples; downloaded once. */
async function sdistOf(python: string, project: string): Promise<string> {
  const folder = join(root, '.cache', `sdist-${project}`);
  mkdirSync(folder, { recursive: true });
  const find = () => readdirSync(folder).find((name) => name.endsWith('.tar.gz'));
  if (find() === undefined) {
    const options = ['--quiet', '--no-deps', '--no-binary', ':all:', '--no-build-isolation', '--dest', folder];
    const done = await run(python, ['-m', 'pip', 'download', ...options, project], {
      env: { PYTHONPATH: join(here, 'sdist-only'), LOOPWRIGHT_SDIST: project },
    });
    expect(done.stderr).not.toContain('ERROR');
  }
  return join(folder, find() ?? 'missing');
}

interface Done {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Not in one go with this process: what reports of the test would be taken for dead meanwhile. */
function run(
  python: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Done> {
  const env = { ...process.env, ...options.env };
  return new Promise((resolve) => {
    const child = execFile(
      python,
      args,
      { cwd: options.cwd ?? root, env, encoding: 'utf8', maxBuffer: 1 << 26 },
      (_, stdout, stderr) => {
        resolve({ status: child.exitCode, stdout, stderr });
      },
    );
  });
}
