import os from 'node:os';
import process from 'node:process';
import { endMarked } from './leftovers.mjs';
import { ENDING_SIGNALS, killAll } from './run.mjs';
import { Problem, say } from './say.mjs';

/**
 * The frame of every script: it ends with the code that `main` returns; a problem is shown as a
 * sentence, a bug with its stack; and a signal ends what was started before it ends the script.
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  for (const signal of ENDING_SIGNALS) {
    process.once(signal, () => {
      void endAll().then(() => process.exit(128 + os.constants.signals[signal]));
    });
  }
  try {
    process.exit((await main()) ?? 0);
  } catch (error) {
    say(error instanceof Problem ? `\n${error.message}` : `\n${error?.stack ?? error}`);
    await endAll();
    process.exit(1);
  }
}

async function endAll() {
  await killAll();
  await endMarked();
}
