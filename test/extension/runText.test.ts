import { describe, expect, it } from 'vitest';
import type { Provenance } from '../../src/protocol/entities';
import { describeExperiment, describeRun, speakRun } from '../../src/extension/views/runs/format';
import { groupItem } from '../../src/extension/views/runs/groups';
import { commandOf, tooltipOf } from '../../src/extension/views/runs/tooltip';
import { escapeMarkdown, plain, withoutIcons } from '../../src/extension/text';
import { l10n, runRow, START_MS } from './support';

const END_MS = START_MS + 134_000;
const running = runRow({ timing: { status: 'RUNNING', startMs: START_MS, endMs: null }, exitCode: null });
const failed = runRow({
  timing: { status: 'FAILED', startMs: START_MS, endMs: START_MS + 900 },
  headline: null,
  exitCode: 3,
  reason: 'Exit code 3.',
});

describe("a run's grey text", () => {
  it.each([
    ['a finished run', runRow(), END_MS + 5_000, 'auc 0.941 · 2m 14s · just now'],
    ['one of yesterday', runRow(), END_MS + 25 * 3_600_000, 'auc 0.941 · 2m 14s · yesterday'],
    ['a running one, in whole seconds', running, START_MS + 3_700, 'auc 0.941 · 3s'],
    ['one whose clock is ahead of ours', running, START_MS - 3_700, 'auc 0.941 · 0s'],
    ['a failed one', failed, START_MS + 70_000, 'exit code 3 · 0.9s · 1 min ago'],
    [
      'a sweep of which a part failed',
      runRow({ timing: failed.timing, headline: null, exitCode: 1, childCount: 4, reason: '1 of 4 runs failed.' }),
      START_MS + 70_000,
      '1 of 4 failed · 0.9s · 1 min ago',
    ],
    [
      'one that a signal ended',
      runRow({ timing: failed.timing, exitCode: null, signal: 'SIGSEGV' }),
      START_MS + 1_000,
      'SIGSEGV · auc 0.941 · 0.9s · just now',
    ],
    [
      'one that could not be started',
      runRow({ timing: { status: 'FAILED', startMs: 0, endMs: 0 }, exitCode: null, headline: null }),
      0,
      'not started · 0s · just now',
    ],
    [
      'a stopped one',
      runRow({ timing: { status: 'KILLED', startMs: START_MS, endMs: END_MS } }),
      END_MS,
      'stopped · auc 0.941 · 2m 14s · just now',
    ],
    [
      'one that is about to start',
      runRow({ timing: { status: 'SCHEDULED', startMs: START_MS, endMs: null }, headline: null }),
      START_MS,
      'starting',
    ],
    [
      'a metric that is no number',
      runRow({ headline: { key: 'loss', value: 'NaN' } }),
      END_MS,
      'loss NaN · 2m 14s · just now',
    ],
  ])('describes %s', (_, row, nowMs, text) => {
    expect(describeRun(row, nowMs, l10n)).toBe(text);
  });

  it('says the state aloud, which is only an icon for those who see it', () => {
    expect(speakRun(running, START_MS + 3_700, l10n)).toBe('fraud-rf, running, auc 0.941 · 3s');
  });

  it('keeps its order behind and around names that are written from right to left', () => {
    const now = END_MS + 5_000;
    const hebrew = '\u05e2\u05d1\u05e8\u05d9\u05ea';
    expect(describeRun(runRow({ name: `run ${hebrew}`, headline: null }), now, l10n)).toBe(
      '\u20662m 14s · just now\u2069',
    );
    expect(describeRun(runRow({ headline: { key: hebrew, value: 0.5 } }), now, l10n)).toBe(
      `\u2068${hebrew}\u2069 0.5 · 2m 14s · just now`,
    );
    const columns = [{ kind: 'tag', key: 'stage' }] as const;
    expect(describeRun(runRow({ values: [hebrew] }), now, l10n, columns)).toContain(`stage \u2068${hebrew}\u2069 · 2m`);
    const group = { value: hebrew, runCount: 3, runningCount: 0, lastStartMs: 0 };
    const item = groupItem({ by: 'experiment', key: '' }, group, now, l10n, String);
    expect(item).toMatchObject({
      label: hebrew,
      description: '\u20663 runs\u2069',
      speech: `Experiment ${hebrew}, 3 runs`,
    });
  });

  it('counts the runs of an experiment', () => {
    expect(describeExperiment({ runCount: 1, runningCount: 0 }, l10n)).toBe('1 run');
    expect(describeExperiment({ runCount: 12_000, runningCount: 2 }, l10n)).toBe('12\u2009000 runs · 2 running');
  });
});

describe('text from runs', () => {
  it('is one line without anything invisible', () => {
    expect(plain('a\nb\r\n\tc')).toBe('a b c');
    expect(plain('safe\u202etxt.exe')).toBe('safe txt.exe');
    expect(plain('\u0000\u001b[31mred')).toBe('[31mred');
    expect(plain('x'.repeat(300), 10)).toBe('xxxxxxxxx…');
  });

  it('draws no icons in labels', () => {
    expect(withoutIcons('a $(zap)')).toBe('a \\$(zap)');
  });

  it.each([
    '[click](command:workbench.action.quit)',
    '<img src=x onerror=alert(1)>',
    '**bold** _it_ `code` ~~x~~',
    '# title',
    'https://example.org',
    '![](https://example.org/x.png)',
    '$(zap)',
    '| a | b |',
    String.raw`\[x]`,
  ])('is shown in Markdown as it is written: %s', (text) => {
    const escaped = escapeMarkdown(text);
    // Every character that Markdown could take for markup stands behind a backslash, and nothing else changed.
    expect(escaped.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')).toBe(text);
    expect(escaped.replaceAll(/\\[!-/:-@[-`{-~]/g, '')).not.toMatch(/[!-/:-@[-`{-~]/);
  });
});

describe('the tooltip of a run', () => {
  const provenance: Provenance = {
    kind: 'script',
    source: 'train.py',
    argv: ['/usr/bin/python3', 'train.py', '--name', 'my run'],
    cwd: '/home/ada/fraud',
    interpreter: '/usr/bin/python3',
    pythonVersion: '3.11.2',
    user: 'ada',
    host: 'box',
    origin: null,
  };
  const none = { files: [], total: 0 };
  const more = { provenance, code: null, inputs: none, outputs: none };
  const formatTime = (timeMs: number) => new Date(timeMs).toISOString();

  it('answers what one asks next', () => {
    const text = tooltipOf({ ...more, run: failed }, START_MS, l10n, formatTime).replaceAll('\\', '');
    expect(text.split('  \n')).toEqual([
      '**fraud-rf** — failed · 0.9s',
      'Reason: Exit code 3.',
      `Command: python train.py --name 'my run'`,
      'Folder: /home/ada/fraud',
      'Interpreter: /usr/bin/python3 (3.11.2)',
      'Started: 2026-01-31T14:02:00.000Z',
      'Ended: 2026-01-31T14:02:00.900Z',
      'By: ada@box',
    ]);
  });

  it('names the code and the first of the data, with their digests', () => {
    const facts = {
      ...more,
      run: runRow(),
      code: { commit: '3f2a9c17d2c0', branch: 'main', hasRepository: true, changedCount: 2, differsCount: 0 },
      inputs: {
        files: [
          { path: '/data/a.csv', md5: 'a3f9c0d1e2b4a3f9c0d1e2b4a3f9c0d1' },
          { path: 's3://bucket/b_[x](y)', md5: null },
        ],
        total: 1202,
      },
      outputs: { files: [{ path: 'C:\\out\\scores.csv', md5: null }], total: 1 },
    };
    const text = tooltipOf(facts, START_MS, l10n, formatTime);
    expect(text.replaceAll('\\', '').split('  \n').slice(2, 5)).toEqual([
      'Code: main@3f2a9c1 + 2 changed files',
      'Read: a.csv a3f9c0d1, b_[x](y), 1\u2009200 more',
      'Written: scores.csv',
    ]);
    expect(text).not.toContain('[x](y)');
  });

  it('says nothing about what is not known yet', () => {
    const facts = { ...more, run: running, provenance: { ...provenance, interpreter: null, pythonVersion: null } };
    const text = tooltipOf(facts, START_MS + 5_000, l10n, formatTime);
    expect(text).not.toContain('Ended');
    expect(text).not.toContain('Interpreter');
    expect(text).toContain('running · 5s');
    for (const word of ['Code', 'Read', 'Written']) expect(text).not.toContain(word);
  });

  it('escapes what comes from the run', () => {
    const facts = { ...more, run: runRow({ name: '[x](command:y)\n# t' }), provenance: { ...provenance, cwd: '<b>' } };
    const text = tooltipOf(facts, START_MS, l10n, formatTime);
    expect(text).toContain(String.raw`\[x\]\(command\:y\) \# t`);
    expect(text).toContain(String.raw`\<b\>`);
  });

  it('writes a command as one would type it', () => {
    expect(commandOf({ kind: 'command', argv: ['make', 'a b', '', `it's`] })).toBe(`make 'a b' '' 'it'\\''s'`);
  });
});
