/** Rounds of several candidates, interleaved, and what is kept of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const results = join(dirname(fileURLToPath(import.meta.url)), 'results');

/** @param {number[]} values */
export function spread(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return { min: sorted[0], median: sorted[Math.floor((sorted.length - 1) / 2)], max: sorted.at(-1) };
}

/**
 * Runs every candidate once a round, in turn, so that a machine that slows down slows all of them.
 *
 * @param {number} rounds at least three
 * @param {Record<string, (round: number) => Promise<number>>} candidates each gives its figure
 */
export async function interleave(rounds, candidates) {
  /** @type {Record<string, number[]>} */
  const figures = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(candidates)) figures[name].push(await measure(round));
  }
  return figures;
}

/** Ratios round by round, so that both sides of each come from the same minute. */
export function ratios(/** @type {number[]} */ left, /** @type {number[]} */ right) {
  return spread(left.map((value, index) => value / right[index]));
}

/** Prints rows of figures and keeps them as JSON. */
export function report(/** @type {string} */ name, /** @type {object} */ content) {
  const document = { name, when: new Date().toISOString(), cpu: cpus()[0]?.model, cores: cpus().length, ...content };
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
  console.log(`\n${name}`);
  for (const [row, value] of Object.entries(content)) console.log(`  ${row.padEnd(34)} ${show(value)}`);
}

function show(/** @type {unknown} */ value) {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, part]) => `${key} ${typeof part === 'number' ? Number(part.toPrecision(4)) : JSON.stringify(part)}`)
    .join('   ');
}
