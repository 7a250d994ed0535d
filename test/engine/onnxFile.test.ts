import { expect, it } from 'vitest';
import { findOnnx, type OnnxParts } from '../../src/engine/serving/onnxFile';
import type { ModelVersionRow } from '../../src/protocol/registry';

const row: ModelVersionRow = {
  ...{ name: 'fraud', version: 3, createdMs: 1, updatedMs: 1, user: '', description: '', tags: {}, aliases: [] },
  ...{ stage: 'None', source: 's3://elsewhere/model', modelId: null, status: 'READY', statusMessage: '' },
  ...{ digest: null, run: null, headline: null },
};

it('waits for the files of a version that are being kept, before it looks where they are', async () => {
  const states = ['PENDING_REGISTRATION', 'PENDING_REGISTRATION', 'READY'] as const;
  let asked = 0;
  const parts: OnnxParts = {
    store: '/none',
    jobs: { run: () => Promise.reject(new Error('no job')) },
    version: () => Promise.resolve({ version: { ...row, status: states[asked++] ?? 'READY' }, place: null }),
    verify: () => Promise.reject(new Error('there is nothing to compare')),
  };
  await expect(findOnnx(parts, { name: 'fraud', which: 3 })).rejects.toThrow(
    'The files of fraud/3 are not in this store (s3://elsewhere/model)',
  );
  expect(asked).toBe(3);
});
