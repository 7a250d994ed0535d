/**
 * A store of an older form is brought to today's before its engine answers anybody, which with very many runs takes
 * longer than an engine may take to start. It is written down, so that whoever waits knows what for.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import type { Addresses } from './addresses';
import { bootId, isAlive, startOf } from './processes';

const UpgradeFile = z.object({ pid: z.number().int(), start: z.string(), boot: z.string() });

/** Does the work of an upgrade, and says so to others for as long as it takes. */
export function whileUpgrading(addresses: Addresses, work: () => void): void {
  const boot = bootId();
  const upgrade: z.infer<typeof UpgradeFile> = { pid: process.pid, start: startOf(process.pid) ?? '', boot };
  writeFileSync(addresses.upgradeFile, `${JSON.stringify(upgrade)}\n`, { mode: 0o600 });
  try {
    work();
  } finally {
    rmSync(addresses.upgradeFile, { force: true });
  }
}

/** Whether a living process is at it: one that was killed has left its word behind. */
export function isUpgrading({ upgradeFile }: Addresses): boolean {
  try {
    const { boot, ...upgrader } = UpgradeFile.parse(JSON.parse(readFileSync(upgradeFile, 'utf8')));
    return isAlive(upgrader, boot, bootId());
  } catch {
    return false; // not there, or being written
  }
}
