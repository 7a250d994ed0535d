/** What a page that stays open for long costs. */
import { type Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { drawn, eventually, keyed, open, useBrowser } from './browser';
import * as runs from './fixtures/runs';

useBrowser();

describe('a page that stays open', () => {
  it('keeps no memory of 200 updates', async () => {
    const { page, host, text } = await open(runs.running());
    await drawn(page, 3);
    let step = 30;
    const update = async (times: number) => {
      for (let time = 0; time < times; time++, step++) {
        host.append('loss', [[step, Math.sin(step)]]);
        host.run = { ...host.run, output: Buffer.concat([host.run.output, Buffer.from(`epoch ${String(step)}\r`)]) };
        host.changed();
        // The page keeps its own pace; its clock is put forward so that this test need not wait for it.
        await page.clock.fastForward(250);
      }
      await eventually(() => text(keyed('loss'))).toContain(`step ${String(step - 1)}`);
    };
    await update(20);
    const before = await memory(page);
    const loads = host.count('load');
    await update(200);
    const after = await memory(page);
    expect(host.count('load') - loads).toBeGreaterThan(150);
    expect(after.nodes).toBeLessThan(before.nodes * 1.2);
    expect(after.heap - before.heap).toBeLessThan(2_000_000);
  }, 120_000);
});

/** After a garbage collection. */
async function memory(page: Page): Promise<{ heap: number; nodes: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes } = await session.send('Memory.getDOMCounters');
  await session.detach();
  return { heap: usedSize, nodes };
}
