/** Settings of drift that are kept in `loopwright.yaml`: what else stands there stays as it is. */
import { describe, expect, it } from 'vitest';
import { checkText } from '../../../src/engine/config/check';
import { withDrift } from '../../../src/engine/config/withDrift';
import type { DriftSettings } from '../../../src/protocol/drift';

const kept = async (text: string | null, change: DriftSettings): Promise<string> =>
  (await withDrift({ text, change })).text;

const TEAM = `# What we agree on.
version:   1

gates:
    fraud:   {champion: {metrics: {auc: {min: 0.9}}}}   # ours

# Tables of the month.
drift:
  false_alarms: 0.01   # one in a hundred
  # Their customers are others each month.
  ignore: [customer_id]
  tests:
    amount: { psi: 0.2 }   # as the bank has it
    "*":
      ks: 0.01

# Of nobody yet.
views: []
`;

describe('where there is nothing', () => {
  it('makes a file', async () => {
    const text = await kept(null, { least_effect: 0.2, ignore: ['id'], tests: { amount: { psi: 0.2, needs: 'any' } } });
    expect(text).toBe(
      'version: 1\n\ndrift:\n  least_effect: 0.2\n  ignore: [ id ]\n  tests:\n    amount: { psi: 0.2 }\n',
    );
  });

  it('adds the section at the end of a file', async () => {
    const before = 'version: 1 # first\n\ngates: {}\n# the end';
    const text = await kept(before, { false_alarms: 0.01 });
    expect(text).toBe(`${before}\n\ndrift:\n  false_alarms: 0.01\n`);
  });

  it('keeps the line ends of the file', async () => {
    expect(await kept('version: 1\r\n', { share: 0.5 })).toBe('version: 1\r\n\r\ndrift:\r\n  share: 0.5\r\n');
  });
});

describe('where there is a section', () => {
  it('changes a number in its place, and nothing else', async () => {
    expect(await kept(TEAM, { false_alarms: 0.02, tests: { amount: { psi: 0.25, needs: 'any' } } })).toBe(
      TEAM.replace('0.01   #', '0.02   #').replace('psi: 0.2 }', 'psi: 0.25 }'),
    );
    expect(await kept(TEAM, { tests: { '*': { ks: 0.001 } } })).toBe(TEAM.replace('ks: 0.01', 'ks: 0.001'));
  });

  it('adds what was not there, with the comments of the section, and leaves the rest to the byte', async () => {
    const text = await kept(TEAM, {
      ignore: ['note'],
      tests: { country: { chi_squared: 0.01, psi: 0.1, needs: 'all' } },
    });
    const [before = '', after = ''] = TEAM.split(/drift:[^]*ks: 0.01/);
    expect(text.startsWith(before)).toBe(true);
    expect(text.endsWith(after)).toBe(true);
    for (const comment of ['# one in a hundred', '# Their customers are others each month.', '# as the bank has it'])
      expect(text).toContain(comment);
    expect(checkText(text).drift).toEqual({
      false_alarms: 0.01,
      ignore: ['customer_id', 'note'],
      tests: { amount: { psi: 0.2 }, '*': { ks: 0.01 }, country: { chi_squared: 0.01, psi: 0.1, needs: 'all' } },
    });
  });

  it('takes away a test, and all of a feature', async () => {
    const other = await kept(TEAM, { tests: { amount: { ks: 0.01 } } });
    expect(checkText(other).drift?.tests?.amount).toEqual({ ks: 0.01 });
    const none = await kept(TEAM, { tests: { amount: null } });
    expect(checkText(none).drift?.tests).toEqual({ '*': { ks: 0.01 } });
    expect(none).toContain('gates:\n    fraud:   {champion: {metrics: {auc: {min: 0.9}}}}   # ours\n');
  });

  it('says nothing new where nothing is', async () => {
    expect(await kept(TEAM, { ignore: ['customer_id'], false_alarms: 0.01 })).toBe(TEAM);
  });

  it('fills one that is empty', async () => {
    const text = await kept('version: 1\ndrift: {} # later\ngates: {}\n', { share: 0.3, tests: { a: { ks: 0.01 } } });
    expect(checkText(text)).toMatchObject({ problems: [], drift: { share: 0.3, tests: { a: { ks: 0.01 } } } });
    expect(text).toContain('# later\ngates: {}\n');
  });
});

it.each([
  [
    'has an error',
    'version: 1\ndrift:\n  tests: { amount: { psy: 0.2 } }\n',
    'line 3: There is no key psy. Did you mean psi?',
  ],
  ['is one map in braces', '{ version: 1 }\n', 'can only be changed by hand'],
  ['refers to another section', 'version: 1\nx-t: &t { psi: 0.2 }\ndrift: { tests: { a: *t } }\n', 'by hand'],
])('leaves a file alone that %s', async (_, text, why) => {
  await expect((async () => kept(text, { share: 0.5, tests: { b: { ks: 0.1 } } }))()).rejects.toThrow(why);
});
