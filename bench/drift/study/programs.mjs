/** Programs that stay, and are asked one thing after the other: a line in, a line out. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';

/**
 * @param {string} python
 * @param {string} file
 * @returns {{ask: (order: object) => Promise<any>, end: () => void}}
 */
export function startProgram(python, file) {
  const env = { ...process.env, DO_NOT_TRACK: '1', NML_DISABLE_USAGE_LOGGING: '1', PYTHONHASHSEED: '0' };
  const child = spawn(python, ['-W', 'ignore', file], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said = `${said}${text}`.slice(-4000)));
  /** @type {{resolve: (answer: any) => void, reject: (why: Error) => void}[]} */
  const waiting = [];
  /** @type {Error | null} */
  let over = null;
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(JSON.parse(line)));
  // What it is asked after its end is told by its end.
  child.stdin.on('error', () => undefined);
  child.on('close', (code) => {
    over = new Error(`${file} has ended with ${code}: ${said}`);
    for (const { reject } of waiting.splice(0)) reject(over);
  });
  return {
    ask: (order) =>
      new Promise((resolve, reject) => {
        if (over) return reject(over);
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(order)}\n`);
      }),
    end: () => child.kill(),
  };
}
