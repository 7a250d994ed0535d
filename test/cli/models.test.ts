import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { workplace, type Workplace } from './support';

const Verified = z.strictObject({
  versions: z.array(
    z.strictObject({
      name: z.string(),
      version: z.number(),
      state: z.enum(['whole', 'changed', 'elsewhere', 'pending', 'failed']),
      digest: z.string().nullable(),
      file_count: z.number(),
      size: z.number(),
      problems: z.array(z.string()),
    }),
  ),
});

const MODEL_SCRIPT = `
import loopwright
with open("model.txt", "w") as file: file.write("weights")
loopwright.artifact("model.txt")
`;

describe('models verify', () => {
  let place: Workplace;
  beforeEach(() => {
    place = workplace({ capture: false });
    process.env.LOOPWRIGHT_VERSION_WAIT_MS = '30000';
  });
  afterEach(() => place.dispose());

  it('says whether the files are what was registered, and fails where they are not', async () => {
    place.write('train.py', MODEL_SCRIPT);
    await place.call(['run', 'train.py']);
    const registered = await place.call(['models', 'register', 'latest', 'model.txt', 'fraud']);
    expect([registered.code, registered.stderr]).toEqual([0, expect.stringMatching(/^fraud\/1 is registered\.$/m)]);
    const shown = await place.call(['models', 'show', 'fraud/1']);
    expect(shown.stdout).toMatch(/^files +kept apart from the run$/m);
    expect(shown.stdout).toMatch(/^digest +[0-9a-f]{64}$/m);

    const whole = await place.call(['models', 'verify', 'fraud']);
    expect([whole.code, whole.stdout]).toEqual([0, expect.stringContaining('fraud/1: 1 file, 7 B, as registered')]);

    const models = join(place.store, 'models');
    const [kept = ''] = readdirSync(models).filter((name) => name.startsWith('v-'));
    const file = join(models, kept, 'artifacts/model.txt');
    chmodSync(file, 0o644);
    writeFileSync(file, 'other');
    const changed = await place.call(['models', 'verify', 'fraud/1']);
    expect(changed.code).toBe(1);
    expect(changed.stdout).toMatch(/fraud\/1: not what was registered\n {2}model\.txt is not the file that was/);
    const { stdout, code } = await place.call(['--json', 'models', 'verify', 'fraud']);
    expect(code).toBe(1);
    expect(Verified.parse(JSON.parse(stdout)).versions).toMatchObject([{ version: 1, state: 'changed' }]);

    for (const name of ['fraud/2', 'nothing', 'fraud@champion'])
      expect([name, (await place.refusal(['models', 'verify', name])).code]).toEqual([name, 'not_found']);
  });
});
