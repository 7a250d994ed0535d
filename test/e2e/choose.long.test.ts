/**
 * Choosing how to serve in a real VS Code: code that runs a model is copied from a file and from a version, and pasted into Python
 * and Node; a model is measured, the figures are read, and what is recommended is done from there.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { classifier } from '../endpoint/models';
import { commandLines } from '../support/commandLines';
import { repository } from '../engine/support';
import { loopwright } from './commandLine';
import { openRuns } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(repository, '.cache/venv-capture/bin/python');

let workbench: Workbench;
beforeAll(async () => {
  workbench = await openWorkbench({
    files: { 'notes.txt': 'no model' },
    size: { width: 1400, height: 900 },
    prepare: (folders) => {
      writeFileSync(path.join(folders.workspace, 'model.onnx'), classifier());
      return Promise.resolve();
    },
  });
}, 300_000);
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`choose-failed-${task.name.slice(0, 20)}`);
});

const copied = (what: RegExp) =>
  waitFor(
    `${String(what)} on the clipboard`,
    async () => what.exec(await workbench.page.evaluate(() => navigator.clipboard.readText()))?.input,
    { timeoutMs: 60_000 },
  );

/** Programs of the build that run now. */
const running = (name: string): string[] =>
  commandLines().filter((line) => line.includes(`/${name}.js`) && line.includes(workbench.folder));

test('code that runs a file or a version is copied, and works when it is pasted', async () => {
  await openRuns(workbench);
  await workbench.trees.openContainer('Explorer');
  await workbench.trees.contextMenu('model.onnx', 'Copy Embedding Code…');
  await workbench.quickInput.prompt();
  await workbench.screenshot('choose-language');
  await workbench.quickInput.pick('Python');
  const python = await copied(/^# model\.onnx: a row through the model/);
  expect(execFileSync(PYTHON, ['-c', python], { encoding: 'utf8' })).toMatch(/^label \[0\]\nprobability \[\{10: /);

  await loopwright(workbench, 'models', 'register', 'model.onnx', 'fraud');
  await openRuns(workbench);
  await workbench.trees.expand('fraud');
  await workbench.trees.contextMenu('v1', 'Copy Embedding Code…');
  await workbench.quickInput.pick('Node.js');
  const node = await copied(/^\/\/ fraud version 1 \([0-9a-f]{64}\)/);
  const said = execFileSync(process.execPath, ['-e', node], { cwd: repository, encoding: 'utf8' });
  expect(said).toBe('label [ 1 ] BigInt64Array(1) [ 0n ]\n');
}, 300_000);

async function answer(latency: string, rows: string, freshness: string): Promise<void> {
  const seen = async (name: string) => {
    await workbench.quickInput.prompt();
    await workbench.screenshot(`choose-${name}`);
  };
  await seen('latency');
  await workbench.quickInput.answer(latency);
  await seen('rows');
  await workbench.quickInput.answer(rows);
  await seen('freshness');
  await workbench.quickInput.pick(freshness);
}

test('a version is measured, and what is recommended is said with its figures', async () => {
  await workbench.trees.contextMenu('v1', 'Choose How to Serve…');
  await answer('', '5000000', 'Days');
  await workbench.screenshot('choose-measuring');
  await workbench.waitForNotification('fraud v1: Recommended: Batch.', 120_000);
  await waitFor(
    'the figures',
    async () => {
      for (const frame of workbench.page.frames()) {
        const text = await frame.evaluate(() => document.body.innerText).catch(() => '');
        if (text.includes('REST, 8 connections') && text.includes('rows of a day take')) return text;
      }
      return undefined;
    },
    { timeoutMs: 60_000 },
  );
  await workbench.screenshot('choose-result');
  await waitFor('nothing left running', () => Promise.resolve(running('measure').length === 0 || undefined));
  await workbench.notificationAction('fraud v1: Recommended', 'Serve Model…');
  await workbench.waitForNotification('fraud v1 answers at http://127.0.0.1:', 90_000);
  await workbench.command('Notifications: Clear All Notifications');
}, 400_000);
