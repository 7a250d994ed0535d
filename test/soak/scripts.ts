/** What the runs of a soak execute: each notes in a side file, after every acknowledged call, how far it is. */
import { readFileSync } from 'node:fs';

const NOTE = `
import os, sys, time
import loopwright
def note(side, count, state): os.pwrite(side, b"%10d %12d %5s" % (os.getpid(), count, state), 0)
def work(path, steps):
    side = os.open(path, os.O_WRONLY | os.O_CREAT)
    note(side, 0, b"begun")
    for step in range(steps):
        loopwright.log(loss=step / 7, step=step)
        note(side, step + 1, b"going")
        if step % 50 == 0: time.sleep(0.001)
    note(side, steps, b"ended")
`;

export const SCRIPT = `${NOTE}
with open("data.csv") as data: data.read()
print("begun", flush=True)
work(sys.argv[1], int(sys.argv[2]))
`;

export const notebook = (side: string, steps: number): string =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', language: 'python', display_name: 'Python 3' } },
    cells: [NOTE, 'print("begun")', `work(${JSON.stringify(side)}, ${String(steps)})`].map((source, index) => ({
      cell_type: 'code',
      id: `c${String(index)}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
  });

export interface SideNote {
  readonly pid: number;
  /** Calls that returned. */
  readonly count: number;
  readonly hasEnded: boolean;
}

/** Null as long as the script has not begun. */
export function readSide(file: string): SideNote | null {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    return null; // not there yet
  }
  const match = /^ *(\d+) +(\d+) +(\w+)$/.exec(text);
  return match && { pid: Number(match[1]), count: Number(match[2]), hasEnded: match[3] === 'ended' };
}
