/** Notebooks by `loopwright run`: the built program, a real kernel, a real engine. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingNotebookPackages } from '../../src/client/notebook';
import { pythonPath, until } from '../engine/support';
import { Finished, RunDocument, workplace, type Workplace } from './support';

/** An interpreter with a kernel; these tests need one. */
const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';
const PATIENCE_MS = 120_000;

let at: Workplace;
beforeAll(() => {
  at = workplace({ capture: false });
  at.write(
    'fit.ipynb',
    notebook(
      ['lr = 0.5\nn = 1', 'parameters'],
      ['import loopwright\nloopwright.log(loss=lr)'],
      ['if n > 1: raise ValueError(f"n is {n}")'],
      ['print("to the end")'],
    ),
  );
  at.write('steps.py', '# %%\nx = 1\n# %% tags=["parameters"]\ny = 2\n# %%\nprint(x + y)\n');
  at.write('wait.ipynb', notebook(['print("waits")\nimport time\ntime.sleep(300)']));
});
afterAll(() => at.dispose());

function notebook(...cells: readonly (readonly [source: string, tag?: string])[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', language: 'python', display_name: 'Python 3' } },
    cells: cells.map(([source, tag], index) => ({
      cell_type: 'code',
      id: `c${String(index)}`,
      metadata: tag === undefined ? {} : { tags: [tag] },
      source,
      outputs: [],
      execution_count: null,
    })),
  });
}

const run = (...words: readonly string[]) => at.call(['run', '--python', PYTHON, ...words]);
const latest = () => at.json(RunDocument, ['runs', 'show', 'latest']);

describe.skipIf(PYTHON === '')('a notebook', { timeout: PATIENCE_MS }, () => {
  it('runs whole: its cells on the terminal, its parameters set, the executed one kept', async () => {
    const before = readFileSync(join(at.folder, 'fit.ipynb'), 'utf8');
    const { code, stdout, stderr } = await run('-P', 'lr=0.25', 'fit.ipynb');
    expect(stderr).toMatch(/^loopwright: run [0-9a-f]{12} · fit · Default\n✔ finished in/);
    expect(code).toBe(0);
    expect(stdout).toContain('[1/5] lr = 0.5\n[2/5] # Parameters\n[3/5] import loopwright\n');
    expect(stdout).toMatch(/\[5\/5\] print\("to the end"\)\nto the end\n(\[5\/5\] [\d.]+ s\n)?$/);
    expect(readFileSync(join(at.folder, 'fit.ipynb'), 'utf8')).toBe(before);
    const shown = await latest();
    expect(shown).toMatchObject({
      status: 'FINISHED',
      kind: 'notebook',
      source: 'fit.ipynb',
      params: { lr: '0.25' },
      metrics: { loss: { last: 0.25 } },
      notebook: { path: join(at.folder, 'fit.ipynb'), executed: 'notebook/fit.ipynb', observed: 'whole' },
    });
    expect(shown.notebook?.cells.map(({ index, state }) => [index, state])).toEqual(
      [0, 1, 2, 3, 4].map((index) => [index, 'ok']),
    );
    expect(shown.artifacts.map(({ path }) => path)).toEqual(['notebook/fit.ipynb']);
  });

  it('fails with the cell that failed, in the terminal, the reason and the list of cells', async () => {
    const { code, stderr } = await run('-P', 'n=2', 'fit.ipynb');
    expect(code).toBe(1);
    expect(stderr).toContain('loopwright: Cell [4] failed: ValueError: n is 2\n✘ failed with exit code 1');
    const shown = await latest();
    expect(shown).toMatchObject({ status: 'FAILED', reason: 'Cell [4] failed: ValueError: n is 2' });
    expect(shown.notebook?.cells.at(-1)).toMatchObject({
      index: 3,
      id: 'c2',
      state: 'failed',
      error: { name: 'ValueError', message: 'n is 2' },
    });
    const page = await at.call(['runs', 'show', 'latest']);
    expect(page.stdout).toMatch(/Cells\n[^]*\[4\] +if n > 1: raise .* failed .*ValueError: n is 2/);
  });

  it('says how it ended as a document, with its output on stderr', async () => {
    const document = await at.json(Finished, ['run', '--python', PYTHON, '--notebook', 'steps.py']);
    expect(document).toMatchObject({ status: 'FINISHED', name: 'steps', exit_code: 0 });
    expect((await latest()).kind).toBe('notebook');
  });

  it('ends at its time limit', async () => {
    const { code } = await run('--cell-time-limit', '1', 'wait.ipynb');
    expect(code).toBe(1);
    expect((await latest()).reason).toBe('Cell [1] was ended after 1.0 s, the time limit of a cell.');
  });

  it('is stopped in the middle of a cell', async () => {
    const calling = at.start(['run', '--python', PYTHON, 'wait.ipynb']);
    await until('the cell', () => calling.seen().stdout.includes('waits'), PATIENCE_MS);
    await at.call(['runs', 'stop', 'latest']);
    const { code } = await calling.end;
    expect(code).toBe(130);
    const shown = await latest();
    expect(shown).toMatchObject({ status: 'KILLED', reason: 'Stopped on request.' });
    expect(shown.notebook?.cells).toMatchObject([{ state: 'interrupted' }]);
  });

  it('has nothing missing in this environment', async () => {
    expect(await missingNotebookPackages(PYTHON)).toEqual([]);
  });
});

describe('what is refused before there is a run', () => {
  it.each([
    ['arguments', ['fit.ipynb', '--lr', '1'], /takes no arguments \("--lr"\).*-P key=value/],
    ['a limit that is none', ['--time-limit', 'soon', 'fit.ipynb'], /--time-limit takes seconds above 0, not "soon"/],
    ['a limit of a script', ['--cell-time-limit', '3', 'x.py'], /--cell-time-limit is for a notebook/],
    ['a kernel for a module', ['--kernel', 'x', '-m', 'x'], /--kernel is for a notebook/],
    ['options for the interpreter', ['--python-arg=-u', 'fit.ipynb'], /--python-arg is for scripts/],
  ])('%s', async (_, words, message) => {
    const refusal = await at.refusal(['run', ...words]);
    expect(refusal).toMatchObject({ exitCode: 2, code: 'bad_request' });
    expect(refusal.message).toMatch(message);
  });

  it('a notebook that is not there', async () => {
    const refusal = await at.refusal(['run', 'nope.ipynb']);
    expect(refusal).toMatchObject({ exitCode: 125, code: 'run_failed_to_start' });
  });

  it('an environment without the packages', async () => {
    const bare = join(at.folder, 'bare');
    execFileSync(pythonPath(), ['-m', 'venv', '--without-pip', bare]);
    const python = join(bare, 'bin', 'python');
    expect(await missingNotebookPackages(python)).toEqual(['nbclient', 'ipykernel']);
    const refusal = await at.refusal(['run', '--python', python, 'fit.ipynb']);
    expect(refusal).toMatchObject({ exitCode: 125, code: 'notebook_packages_missing' });
    expect(refusal.message).toContain(`${python} -m pip install nbclient ipykernel`);
  });
});
