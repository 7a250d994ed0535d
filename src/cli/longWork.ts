/** Work that the engine does and that takes its time: the command waits, says how far it has come, and can end it. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from './output';

const LOOK_AGAIN_MS = 200;

export interface LongWork<Result> {
  start(): Promise<Result>;
  /** How far it has come, as a line; empty where there is nothing to say. */
  progress(): Promise<string>;
  /** Asks the engine to end it. */
  cancel(): Promise<unknown>;
}

/** Ctrl+C ends it where that harms nothing; what the engine says of that comes as its error. */
export async function followWork<Result>(output: Output, work: LongWork<Result>): Promise<Result> {
  const cancel = () => {
    output.note('Cancelling…');
    work.cancel().catch(() => undefined); // a dead engine has ended it, too
  };
  process.once('SIGINT', cancel);
  let isOver = false;
  const result = work.start().finally(() => (isOver = true));
  const tell = async () => {
    for (let last = ''; ;) {
      await Promise.race([sleep(LOOK_AGAIN_MS), result]);
      if (isOver) return;
      const line = await work.progress();
      if (line !== '' && line !== last) output.note(output.paintNote('dim', line));
      if (line !== '') last = line;
    }
  };
  try {
    const [done] = await Promise.all([result, tell()]);
    return done;
  } finally {
    process.off('SIGINT', cancel);
  }
}
