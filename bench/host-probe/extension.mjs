/** Appends the longest delays of the extension host's event loop to a file, one line a second. */
import { appendFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 5;

export function activate(/** @type {import('vscode').ExtensionContext} */ context) {
  const file = process.env.LOOPWRIGHT_HOST_PROBE;
  if (file === undefined) return;
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let busy = performance.eventLoopUtilization();
  let cpu = process.cpuUsage();
  const timer = setInterval(() => {
    const share = performance.eventLoopUtilization(busy).utilization;
    const used = process.cpuUsage(cpu);
    [busy, cpu] = [performance.eventLoopUtilization(), process.cpuUsage()];
    // What it counts holds the time between two of its own looks.
    const ms = (/** @type {number} */ nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const line = {
      atMs: Date.now(),
      maxMs: ms(delays.max),
      p99Ms: ms(delays.percentile(99)),
      share,
      cpuMs: (used.user + used.system) / 1000,
    };
    delays.reset();
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  }, 1000);
  context.subscriptions.push({ dispose: () => clearInterval(timer) });
}
