/**
 * All cells of the study: pairs of tables are made, compared by our own rules, by Evidently's defaults and by NannyML's, and removed again. What
 * is random comes from seeds: two studies say the same.
 */
import { deepStrictEqual } from 'node:assert';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from '../../../scripts/lib/python.mjs';
import { root } from '../../store.mjs';
import { byProgram, loadOwn } from './own.mjs';
import { startProgram } from './programs.mjs';

/** @typedef {import('./cells.mjs').Cell} Cell */
/** @typedef {{drifting: string[], drift: boolean, whole?: boolean, chunks?: number}} Said */
/** @typedef {{cell: Cell, loopwright: Said[], evidently: Said[], nannyml: Said[]}} Found */

const here = dirname(fileURLToPath(import.meta.url));
/** Cells at a time: while one is compared the next is made. */
const AT_ONCE = 3;
/** Rows times features of the pairs that lie on the disk at a time, for each cell. */
const MOST_VALUES = 20_000_000;

/**
 * @param {readonly Cell[]} cells
 * @param {(found: Found) => void} told of each cell, when it is done
 * @returns {Promise<Found[]>} in the order of the cells
 */
export async function study(cells, told) {
  const evidently = await ensureVenv('venv-evidently', join(root, 'test/peers/evidently.txt'));
  const nannyml = await ensureVenv('venv-nannyml', join(root, 'test/peers/nannyml.txt'));
  const programs = {
    tables: startProgram(evidently, join(here, 'tables.py')),
    evidently: startProgram(evidently, join(here, 'evidently_study.py')),
    nannyml: startProgram(nannyml, join(here, 'nannyml_study.py')),
  };
  const own = await loadOwn();
  const folder = mkdtempSync(join(tmpdir(), 'lw-study-'));
  /** @type {Found[]} */
  const found = [];
  const queue = cells.entries();
  const work = async () => {
    for (const [at, cell] of queue) {
      found[at] = await foundIn(cell, programs, own, folder);
      told(found[at]);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return found;
  } finally {
    for (const program of Object.values(programs)) program.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {Cell} cell
 * @param {Record<'tables' | 'evidently' | 'nannyml', ReturnType<typeof startProgram>>} programs
 * @param {Awaited<ReturnType<typeof loadOwn>>} own
 * @param {string} parent
 * @returns {Promise<Found>}
 */
async function foundIn(cell, programs, own, parent) {
  const isWhole = cell.part === 'whole';
  const values = (cell.rows[0] + cell.rows[1]) * cell.features;
  const step = Math.max(1, Math.min(cell.count, Math.floor(MOST_VALUES / values)));
  /** @type {Found} */
  const found = { cell, loopwright: [], evidently: [], nannyml: [] };
  for (let from = 0; from < cell.count; from += step) {
    const folder = mkdtempSync(join(parent, 'cell-'));
    const to = Math.min(from + step, cell.count);
    const pairs = await programs.tables.ask({ ...cell, folder, from, to });
    const asked = async (/** @type {(pair: any) => Promise<Said>} */ ask) => {
      const all = [];
      for (const pair of pairs) all.push(await ask(pair));
      return all;
    };
    const chunk = cell.isWindow ? { chunk: cell.rows[1] } : {};
    const [loopwright, ofEvidently, ofNannyml] = await Promise.all([
      asked((pair) => own(pair, isWhole)),
      isWhole ? [] : asked((pair) => programs.evidently.ask(pair)),
      isWhole ? [] : asked((pair) => programs.nannyml.ask({ ...pair, ...chunk })),
    ]);
    // What is compared here in one process is what is shipped.
    if (from === 0) deepStrictEqual(await byProgram(pairs[0], isWhole), loopwright[0]);
    found.loopwright.push(...loopwright);
    found.evidently.push(...ofEvidently);
    found.nannyml.push(...ofNannyml);
    rmSync(folder, { recursive: true, force: true });
  }
  return found;
}
