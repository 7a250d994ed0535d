/**
 * `npm run study:drift [-- PART]`: how often our rules, Evidently's defaults and NannyML's say that stable data has moved, and which shifts
 * they find. It writes the tables of `docs/drift.md`; with a part of a cell's name, those of these cells to standard output.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { ensurePackages } from './lib/install.mjs';
import { runMain } from './lib/main.mjs';
import { underPinnedNode } from './lib/node.mjs';
import { inRepo } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { Problem, say } from './lib/say.mjs';

const BEGIN = '<!-- npm run study:drift writes from here -->';
const END = '<!-- to here -->';

await runMain(async () => {
  await underPinnedNode();
  await ensurePackages();
  await run(process.execPath, [inRepo('scripts/build.mjs')]);
  // They need what has just been installed.
  const { CELLS } = await import('../bench/drift/study/cells.mjs');
  const { study } = await import('../bench/drift/study/study.mjs');
  const { tablesOf } = await import('../bench/drift/study/words.mjs');
  const [wanted] = process.argv.slice(2);
  const cells = CELLS.filter(({ name }) => name.includes(wanted ?? ''));
  let done = 0;
  const told = (/** @type {{cell: {name: string}}} */ { cell }) => say(`${++done} of ${cells.length}: ${cell.name}`);
  const tables = tablesOf(await study(cells, told));
  if (wanted !== undefined) return void process.stdout.write(`${tables}\n`);
  const file = inRepo('docs/drift.md');
  const text = readFileSync(file, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Problem('docs/drift.md has no markers for the tables of the study.');
  writeFileSync(file, `${text.slice(0, begin + BEGIN.length)}\n\n${tables}\n\n${text.slice(end)}`);
});
