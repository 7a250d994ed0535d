import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LoopwrightError } from '../../../src/protocol/errors';
import { Random } from '../../support/random';
import { pythonPath } from '../support';
import { inspect, temporaryFolder } from './modelFile';
import { sampleModel } from './onnxWriter';

/** Cut off, or with some bytes changed, turned into the largest, left out or put in. */
function mutated(bytes: Buffer, random: Random): Buffer {
  if (random.isBelow(0.2)) return bytes.subarray(0, random.below(bytes.length));
  const changed = Buffer.from(bytes);
  for (let count = 1 + random.below(8); count > 0; count--)
    changed[random.below(changed.length)] = random.isBelow(0.3) ? 0xff : random.below(256);
  if (random.isBelow(0.7)) return changed;
  const at = random.below(changed.length);
  const inserted = Buffer.from(Array.from({ length: random.below(6) }, () => random.below(256)));
  return Buffer.concat([changed.subarray(0, at), inserted, changed.subarray(at + random.below(6))]);
}

async function survive(bytes: Buffer, name: string, rounds: number): Promise<{ told: number; refused: number }> {
  const random = new Random(11);
  const path = join(temporaryFolder(), name);
  const outcome = { told: 0, refused: 0 };
  // Of the processor: others may have it, too.
  let slowestMs = 0;
  for (let round = 0; round < rounds; round++) {
    writeFileSync(path, mutated(bytes, random));
    const start = process.cpuUsage();
    try {
      await inspect(path);
      outcome.told++;
    } catch (error) {
      // Anything else has its stack in the report.
      if (!(error instanceof LoopwrightError) || error.code !== 'bad_request') throw error;
      outcome.refused++;
    }
    const { user, system } = process.cpuUsage(start);
    slowestMs = Math.max(slowestMs, (user + system) / 1000);
  }
  expect(slowestMs).toBeLessThan(1000);
  return outcome;
}

it('a damaged ONNX model is told or refused, soon', async () => {
  const { told, refused } = await survive(sampleModel(), 'model.onnx', 2000);
  expect(told).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(100);
});

it.each([0, 2, 4])('a damaged pickle of protocol %i is told as far as it goes, soon', async (protocol) => {
  const out = join(temporaryFolder(), 'whole.pkl');
  const value = "{'a': [1, 2.5, 'text', b'bytes', None, (1, 2)], 'b': Decimal('1.5'), 'c': {3, 4}}";
  const code = `import pickle; from decimal import Decimal; pickle.dump(${value}, open(${JSON.stringify(out)}, 'wb'), ${String(protocol)})`;
  execFileSync(pythonPath(), ['-c', code]);
  const { told } = await survive(readFileSync(out), 'model.pkl', 500);
  expect(told).toBe(500);
});
