/**
 * Kills at random what takes part in runs of every kind, until so many kills are done or something untrue is seen:
 * `soak.mjs [KILLS] [--seed N] [--minutes N]`. Everything that is chosen follows from the seed; when each thing happens
 * does not. At the first violation it stops and keeps its folder.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '../support/random';
import { Editor } from './edits';
import { Place, Violation } from './place';
import { planRound, playRound } from './round';

const AT_ONCE = 3;
const CHECK_EDITS_EVERY = 10;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, minutes: { type: 'string' } },
});
const kills = Number(positionals[0] ?? 1000);
const seed = Number(values.seed ?? Math.trunc(Math.random() * 1e9));
const deadline = Date.now() + Number(values.minutes ?? 1e6) * 60_000;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-soak-')));
const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
const notebookPython = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? null;
// From `dist/soak/`, where this is bundled to.
const place = new Place(folder, resolve(import.meta.dirname, '../..'), python, notebookPython);
const editor = new Editor(place, new Random(seed + 1));
const random = new Random(seed);

let rounds = 0;
let over = 0;
let done = 0;
/** The first of them; the others came of it, or of its being stopped. */
const violations: Violation[] = [];

async function work(): Promise<void> {
  while (done < kills && Date.now() < deadline && violations.length === 0) {
    const round = rounds++;
    const plan = planRound(random, notebookPython !== null);
    try {
      if (await playRound(place, round, plan, editor)) done++;
      if (++over % CHECK_EDITS_EVERY !== 0) continue;
      await editor.check();
      say(`${String(done)} kills in ${String(over)} rounds, ${String(editor.acknowledged)} edits`);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      violations.push(error);
      return;
    }
  }
}

say(`Soak: ${String(kills)} kills, seed ${String(seed)}, in ${folder}`);
if (notebookPython === null) say('Without notebooks: LOOPWRIGHT_CAPTURE_PYTHON names no interpreter with a kernel.');
try {
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (violations.length === 0) await editor.check();
} catch (error) {
  violations.push(error instanceof Violation ? error : new Violation('the soak itself failed', { cause: error }));
}
const [found] = violations;
await place.end();
if (found === undefined) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  say(
    `${String(done)} kills in ${String(rounds)} rounds, ${String(editor.acknowledged)} edits: nothing lost, nothing untrue (seed ${String(seed)})`,
  );
} else {
  say(`VIOLATION after ${String(done)} kills (seed ${String(seed)}): ${found.stack ?? found.message}`);
  if (found.cause !== undefined)
    say(`caused by ${found.cause instanceof Error ? (found.cause.stack ?? '') : JSON.stringify(found.cause)}`);
  say(`Everything is kept in ${folder}; its engine's log is below ${join(folder, 'state')}.`);
}
// What a kill has left half open must not hold up what is over.
process.exit(found === undefined ? 0 : 1);
