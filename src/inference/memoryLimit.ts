/**
 * A limit on the memory that a process takes, native memory included, of which V8's own limit knows nothing. A model that runs
 * holds up its thread: another one looks, and kills the process.
 */
import { Worker } from 'node:worker_threads';

/** Said on the standard output before it is killed. */
export const OUT_OF_MEMORY = 'out of memory';
const LOOK_MS = 50;

export function limitMemory(limitMb: number): void {
  const look = `
    const { writeSync } = require('node:fs');
    setInterval(() => {
      if (process.memoryUsage.rss() <= ${String(limitMb * 1024 * 1024)}) return;
      try { writeSync(1, ${JSON.stringify(OUT_OF_MEMORY)}); } finally { process.kill(process.pid, 'SIGKILL'); }
    }, ${String(LOOK_MS)});`;
  new Worker(look, { eval: true, execArgv: [] }).unref();
}
