/** A notebook that was run whole is what `jupyter nbconvert --execute` makes of it, with the metadata that papermill writes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { repository } from '../engine/support';

let python: string;
beforeAll(async () => {
  python = await ensureVenv('venv-notebooks', join(import.meta.dirname, 'notebooks.txt'));
});

const CELLS: readonly (readonly [kind: 'code' | 'markdown', source: string, tag?: string])[] = [
  ['markdown', '# A *notebook*\n$x^2$'],
  ['code', 'rate = 0.1  # of learning\nsteps = 3\nname = "a"\nflags = [1]', 'parameters'],
  ['code', 'import sys\nprint(rate, steps, name, flags)\nprint("to stderr", file=sys.stderr)'],
  ['code', 'import pandas as pd\npd.DataFrame({"a": [1, 2], "b": ["x", "é"]})'],
  ['code', '%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()'],
  [
    'code',
    'from IPython.display import Markdown, display, clear_output\nh = display(Markdown("*old*"), display_id="d")',
  ],
  ['code', 'print("gone")\nclear_output(wait=True)\nh.update(Markdown("*new*"))\nprint("stays")\n{"a": 1}'],
  ['code', '1/0', 'raises-exception'],
  ['code', ''],
  ['code', '!echo from a shell'],
];

interface Cell {
  readonly cell_type: string;
  readonly id?: string;
  readonly source: readonly string[] | string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly papermill?: Readonly<Record<string, unknown>> };
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}
interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: readonly string[] | string;
}
interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>> & { readonly papermill?: Readonly<Record<string, unknown>> };
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-peer-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(content: typeof CELLS): void {
  const cells = content.map(([kind, source, tag], index) => ({
    cell_type: kind,
    id: `c${String(index)}`,
    metadata: tag === undefined ? {} : { tags: [tag] },
    source,
    ...(kind === 'code' ? { outputs: [], execution_count: null } : {}),
  }));
  const metadata = {
    kernelspec: { name: 'python3', language: 'python', display_name: 'Python 3' },
    language_info: { name: 'python' },
  };
  writeFileSync(join(folder, 'a.ipynb'), JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells }));
}

const env = (more: Record<string, string> = {}) => ({ ...process.env, MPLCONFIGDIR: join(folder, 'mpl'), ...more });
const call = (words: readonly string[], more: Record<string, string> = {}) =>
  execFileSync(python, words, { cwd: folder, env: env(more), stdio: 'pipe' });
const read = (...path: readonly string[]): Notebook =>
  JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as Notebook;

/** As the runner starts it. */
function ours(params: Record<string, string>): Notebook {
  writeFileSync(join(folder, 'spec.json'), '{"notebook": null}');
  call([join(repository, 'python', 'notebook'), 'a.ipynb'], {
    LOOPWRIGHT_RUN_DIR: folder,
    LOOPWRIGHT_HOOK_DIR: join(repository, 'python', 'hook'),
    LOOPWRIGHT_PARAMS: JSON.stringify(params),
    LOOPWRIGHT_CAPTURE: 'code,data,figures',
  });
  return read('artifacts', 'notebook', 'a.ipynb');
}

const text = (value: readonly string[] | string | undefined): string =>
  typeof value === 'string' ? value : (value ?? []).join('');

/** Into how many pieces a stream comes is chance, and so is which of two streams is first. */
function outputsOf({ outputs = [] }: Cell): unknown[] {
  const streams = new Map<string, string>();
  for (const { output_type: type, name = '', text: piece } of outputs)
    if (type === 'stream') streams.set(name, (streams.get(name) ?? '') + text(piece));
  const rest = outputs.filter(({ output_type: type }) => type !== 'stream');
  return [...[...streams].sort(([left], [right]) => left.localeCompare(right)), ...rest];
}

const contentOf = ({ cells, nbformat, nbformat_minor: minor }: Notebook) => ({
  format: [nbformat, minor],
  cells: cells.map((cell) => ({
    kind: cell.cell_type,
    id: cell.id,
    source: text(cell.source),
    tags: cell.metadata.tags ?? [],
    count: cell.execution_count,
    outputs: outputsOf(cell),
  })),
});

it('has the cells and outputs of nbconvert, picture for picture', { timeout: 180_000 }, () => {
  write(CELLS);
  call(['-m', 'nbconvert', '--execute', '--to', 'notebook', '--output', 'theirs.ipynb', 'a.ipynb']);
  const theirs = read('theirs.ipynb');
  const own = ours({});
  expect(contentOf(own)).toEqual(contentOf(theirs));
  expect(own.metadata.language_info).toEqual(theirs.metadata.language_info);
  expect(own.metadata.kernelspec).toEqual(theirs.metadata.kernelspec);
});

it('has the parameters and the metadata of papermill', { timeout: 180_000 }, () => {
  // It takes every exception for a failure, expected or not.
  write(CELLS.filter(([, , tag]) => tag !== 'raises-exception'));
  // papermill's command line has no lists: one from YAML, the others typed as it types them.
  call([
    ...['-m', 'papermill', 'a.ipynb', 'theirs.ipynb', '-p', 'rate', '0.5', '-p', 'steps', '4', '-p', 'name', 'é "b"'],
    ...['-y', '{flags: [2, "x"]}'],
  ]);
  const theirs = read('theirs.ipynb');
  const own = ours({ flags: '[2, "x"]', rate: '0.5', steps: '4', name: 'é "b"' });
  const cellOf = ({ cells }: Notebook) =>
    cells.find(({ metadata }) => Array.isArray(metadata.tags) && metadata.tags.includes('injected-parameters'));
  const { cells, ...rest } = contentOf(own);
  const { cells: theirCells, ...theirRest } = contentOf(theirs);
  // Its id is made up by both.
  const withoutId = (all: typeof cells) => all.map((cell) => ({ ...cell, id: cell.id?.startsWith('c') }));
  expect(rest).toEqual(theirRest);
  expect(withoutId(cells)).toEqual(withoutId(theirCells));
  expect(text(cellOf(own)?.source)).toBe(text(cellOf(theirs)?.source));

  const shape = (value: Readonly<Record<string, unknown>> | undefined) =>
    Object.fromEntries(
      Object.entries(value ?? {}).map(([key, entry]) => [
        key,
        key.endsWith('_time') ? /^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/.test(String(entry)) : typeof entry,
      ]),
    );
  expect(own.cells.map(({ metadata }) => shape(metadata.papermill))).toEqual(
    theirs.cells.map(({ metadata }) => shape(metadata.papermill)),
  );
  expect(own.cells.map(({ metadata }) => metadata.papermill?.status)).toEqual(
    theirs.cells.map(({ metadata }) => metadata.papermill?.status),
  );
  // We are not papermill, so its version is left out.
  const { version: _, ...theirFacts } = shape(theirs.metadata.papermill);
  expect(shape(own.metadata.papermill)).toEqual(theirFacts);
  expect(own.metadata.papermill?.parameters).toEqual(theirs.metadata.papermill?.parameters);
});
