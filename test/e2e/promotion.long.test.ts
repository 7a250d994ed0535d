/** Promoting a model: the gate's verdict before the move, past it with a reason, an approval, and the way back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { loopwright } from './commandLine';
import { openRuns, realErrors } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const MODELS = 'Models';
const SCRIPT = `import pickle, sys
import loopwright

with open("model.pkl", "wb") as file:
    pickle.dump({"weights": [1, 2, 3]}, file)
loopwright.log(auc=float(sys.argv[1]), log_loss=0.2)
loopwright.artifact("model.pkl")
`;
const GATES = `version: 1

gates:
  fraud:
    champion:
      metrics:
        auc: { min: 0.9 }
        log_loss: { max: 0.3 }
      better_than: { metric: auc, by: 0.005 }
    Production:
      approval: required
`;

const Shown = z.object({
  aliases: z.array(z.string()),
  history: z.array(
    z.object({ what: z.string(), why: z.string().nullable(), verdict: z.object({ passed: z.boolean() }).nullable() }),
  ),
});

let workbench: Workbench;
beforeAll(async () => {
  workbench = await openWorkbench({
    files: { 'train.py': SCRIPT, 'loopwright.yaml': GATES },
    size: { width: 1400, height: 900 },
  });
  for (const auc of ['0.91', '0.95', '0.88']) {
    await loopwright(workbench, 'run', 'train.py', auc);
    await loopwright(workbench, 'models', 'register', 'latest', 'model.pkl', 'fraud');
  }
}, 400_000);
afterAll(() => workbench.close());

const rowsNow = async () =>
  (await workbench.trees.rows(MODELS)).map(({ label, description }) => `${label} ${description}`.trim());
const seen = (start: string) =>
  waitFor(`a row that begins ${start}`, async () => (await rowsNow()).some((row) => row.startsWith(start)), {
    seen: rowsNow,
  });
const shown = async (version: string) =>
  Shown.parse(JSON.parse(await loopwright(workbench, 'models', 'show', version, '--json')));
const labels = (text: string) =>
  waitFor(
    `a choice with ${text}`,
    async () => {
      const found = await workbench.quickInput.labels();
      return found.some((label) => label.includes(text)) ? found : undefined;
    },
    { seen: () => workbench.quickInput.labels() },
  );
const clear = () => workbench.command('Notifications: Clear All Notifications');

test('what passes is moved, with the checks in sight', async () => {
  await openRuns(workbench);
  await seen('fraud');
  await workbench.trees.expand('fraud');
  await seen('v1');
  await workbench.trees.action('v1', 'Promote…');
  await labels('champion');
  await workbench.screenshot('promote-places');
  await workbench.quickInput.pick('champion');
  expect(await labels('Move It')).toContainEqual(expect.stringContaining('auc 0.91 is at least 0.9'));
  await workbench.screenshot('promote-passes');
  await workbench.quickInput.pick('Move It');
  await workbench.quickInput.answer('the first one');
  await workbench.waitForNotification('fraud v1 is champion now', 60_000);
  await seen('v1 @champion');
  expect((await shown('fraud/1')).history[0]).toMatchObject({ why: 'the first one', verdict: { passed: true } });
  await clear();
  await workbench.trees.action('v2', 'Set Alias…');
  await workbench.quickInput.pick('champion');
  await labels('0.04 better than champion (v1, 0.91)');
  await workbench.quickInput.pick('Move It');
  await workbench.quickInput.answer('');
  await seen('v2 @champion');
  await clear();
}, 300_000);

test('what fails is moved past the gate with a written reason only, and can be taken back', async () => {
  await workbench.trees.action('v3', 'Promote…');
  await labels('champion');
  await workbench.screenshot('promote-places-failing');
  await workbench.quickInput.pick('champion');
  expect(await labels('Move Past the Gate')).toContainEqual(expect.stringContaining('auc 0.88 is below 0.9'));
  await workbench.screenshot('promote-fails');
  await workbench.quickInput.pick('Move Past the Gate…');
  await workbench.quickInput.answer('');
  await waitFor('that a reason is needed', async () =>
    (await workbench.quickInput.prompt()).message.includes('takes a reason'),
  );
  await workbench.screenshot('promote-needs-reason');
  await workbench.quickInput.answer('v2 was trained on a leak');
  await seen('v3 @champion');
  expect((await shown('fraud/3')).history[0]).toMatchObject({
    why: 'v2 was trained on a leak',
    verdict: { passed: false },
  });
  await workbench.notificationAction('fraud v3 is champion now', 'Undo');
  await seen('v2 @champion');
  expect((await shown('fraud/2')).aliases).toEqual(['champion']);
  await clear();
}, 300_000);

test('what nobody has approved is approved on the way', async () => {
  await workbench.trees.action('v2', 'Promote…');
  await workbench.quickInput.pick('Production');
  expect(await labels('Approve…')).toContainEqual(expect.stringContaining('nobody has approved it'));
  await workbench.screenshot('promote-approve');
  await workbench.quickInput.pick('Approve…');
  await workbench.quickInput.answer('looked at the errors');
  await labels('approved by');
  await workbench.screenshot('promote-approved');
  await workbench.quickInput.pick('Move It');
  await workbench.quickInput.answer('');
  await workbench.waitForNotification('fraud v2 is in stage Production now', 60_000);
  expect((await shown('fraud/2')).history.slice(0, 2)).toMatchObject([
    { what: 'stage', verdict: { passed: true } },
    { what: 'approved', why: 'looked at the errors' },
  ]);
  await workbench.screenshot('promoted');
}, 300_000);

test('no error was logged', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
