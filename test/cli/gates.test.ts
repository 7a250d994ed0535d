/** `loopwright models gate`, `approve` and `--past-gate` on a store with three versions. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { workplace, type Workplace } from './support';

const SCRIPT = `import loopwright, sys
open("model.pkl", "w").write("weights")
loopwright.log(auc=float(sys.argv[1]))
loopwright.artifact("model.pkl")
`;
const GATES = `version: 1
gates:
  fraud:
    champion: { metrics: { auc: { min: 0.9 } } }
    Production: { approval: required }
`;

let place: Workplace;
beforeAll(async () => {
  place = workplace({ capture: false });
  place.write('train.py', SCRIPT);
  place.write('loopwright.yaml', GATES);
  for (const auc of ['0.95', '0.8']) {
    await place.call(['run', 'train.py', auc]);
    await place.call(['models', 'register', 'latest', 'model.pkl', 'fraud']);
  }
}, 120_000);
afterAll(() => place.dispose());

const models = (...words: string[]) => place.call(['models', ...words]);

it('tells what the gates say, and ends with 1 where one fails', async () => {
  const passed = await models('gate', 'fraud/1', 'champion');
  expect(passed).toMatchObject({ code: 0, stdout: 'fraud/1 to champion passes\n  pass auc 0.95 is at least 0.9\n' });
  const failed = await models('gate', 'fraud/1');
  expect(failed.code).toBe(1);
  expect(failed.stdout).toContain('fraud/1 to Production fails\n  FAIL nobody has approved it\n');
  const document = await models('gate', 'fraud/2', 'champion', '--json');
  expect(document.code).toBe(1);
  expect(JSON.parse(document.stdout)).toEqual({
    name: 'fraud',
    version: 2,
    passed: false,
    gates: [
      {
        to: 'champion',
        passed: false,
        against: 'champion',
        compared_with: null,
        asks: ['auc at least 0.9'],
        checks: [{ name: 'metrics.auc', passed: false, text: 'auc 0.8 is below 0.9' }],
      },
    ],
  });
  const none = await models('gate', 'fraud/1', 'other');
  expect(none).toMatchObject({ code: 0, stderr: 'No gate of loopwright.yaml is in the way of fraud to other.\n' });
});

it('moves an alias through its gate, or past it with a reason', async () => {
  const { exitCode, code, message } = await place.refusal(['models', 'alias', 'fraud/2', 'champion', '--why', 'x']);
  expect([exitCode, code]).toEqual([1, 'gate_failed']);
  expect(message).toContain('auc 0.8 is below 0.9. To move it all the same takes a written reason');
  expect((await place.refusal(['models', 'alias', 'fraud/2', 'champion', '--past-gate'])).message).toBe(
    'Moving past a gate takes a reason, which is kept with the version.',
  );
  expect((await models('alias', 'fraud/1', 'champion')).code).toBe(0);
  expect((await models('alias', 'fraud/2', 'champion', '--past-gate', '--why', 'v1 leaks')).code).toBe(0);
  const { stdout } = await models('show', 'fraud/2');
  expect(stdout).toMatch(/alias champion was set by \S+, past its gate: v1 leaks\n +FAIL auc 0\.8 is below 0\.9\n/);
  expect((await models('show', 'fraud/1')).stdout).toMatch(/alias champion was set by \S+, through its gate\n/);
});

it('moves a stage that asks for an approval when there is one', async () => {
  const stage = ['stage', 'fraud/1', 'Production'];
  expect((await models(...stage)).stderr).toContain('nobody has approved it');
  expect((await models('approve', 'fraud/1', '--why', 'looked at it')).stderr).toBe('fraud/1 is approved.\n');
  expect((await models('approve', 'fraud/1', '--withdraw')).code).toBe(0);
  expect((await models(...stage)).code).toBe(1);
  await models('approve', 'fraud/1', '--why', 'looked again');
  expect((await models(...stage)).code).toBe(0);
  const shown = await place.json(
    z.object({
      approvals: z.array(z.object({ why: z.string(), current: z.boolean() })),
      history: z.array(z.object({ what: z.string(), verdict: z.object({ passed: z.boolean() }).nullable() })),
    }),
    ['models', 'show', 'fraud/1'],
  );
  expect(shown.approvals).toEqual([{ why: 'looked again', current: true }]);
  expect(shown.history[0]).toEqual({ what: 'stage', verdict: { passed: true } });
});

it('says where the file has an error', async () => {
  place.write('loopwright.yaml', 'version: 1\ngate: {}\n');
  const { exitCode, message } = await place.refusal(['models', 'gate', 'fraud/1']);
  expect(exitCode).toBe(1);
  expect(message).toContain('line 2: There is no key gate. Did you mean gates?');
});
