import { describe, expect, it } from 'vitest';
import { type Approval, judge, type JudgedVersion, unreadableGates } from '../../../src/engine/config/judge';
import { type Comparison, type Gate, GateVerdict } from '../../../src/protocol/config/gate';

const NOW_MS = Date.UTC(2026, 0, 31, 12);
const OPEN: Gate = { bounds: [], against: 'champion', betterThan: [], tags: [], signature: 'any', approval: null };

const version = (number: number, facts: Partial<JudgedVersion> & { auc?: number } = {}): JudgedVersion => ({
  version: number,
  metrics: new Map(facts.auc === undefined ? [] : [['auc', facts.auc]]),
  tags: new Map(),
  signature: null,
  digest: `digest of ${String(number)}`,
  ...facts,
});

/** `+ text` for a check that passed, `- text` for one that did not. */
function judged(
  gate: Partial<Gate>,
  candidate: JudgedVersion,
  incumbent: JudgedVersion | null = null,
  approvals: readonly Approval[] = [],
): string[] {
  const verdict = judge({ ...OPEN, ...gate }, candidate, incumbent, approvals, NOW_MS);
  expect(GateVerdict.parse(verdict)).toEqual(verdict);
  expect(verdict.passed).toBe(verdict.checks.every(({ passed }) => passed));
  return verdict.checks.map(({ passed, text }) => `${passed ? '+' : '-'} ${text}`);
}

describe('bounds', () => {
  it.each([
    [0.941, 0.9, null, '+ auc 0.941 is at least 0.9'],
    [0.9, 0.9, null, '+ auc 0.9 is at least 0.9'],
    [0.85, 0.9, null, '- auc 0.85 is below 0.9'],
    [0.89999, 0.9, null, '- auc 0.89999 is below 0.9'],
    [0.5, null, 0.6, '+ auc 0.5 is at most 0.6'],
    [0.7, null, 0.6, '- auc 0.7 is above 0.6'],
    [0.55, 0.5, 0.6, '+ auc 0.55 is at least 0.5 and at most 0.6'],
    [0.7, 0.5, 0.6, '- auc 0.7 is above 0.6'],
    [-1, -2, 0, '+ auc -1 is at least -2 and at most 0'],
    [NaN, 0.9, null, '- auc is NaN'],
    [NaN, null, 0.9, '- auc is NaN'],
    [Infinity, 0.9, null, '+ auc ∞ is at least 0.9'],
    [Infinity, null, 0.9, '- auc ∞ is above 0.9'],
  ])('of %s, from %s to %s', (auc, min, max, text) => {
    expect(judged({ bounds: [{ metric: 'auc', min, max }] }, version(7, { auc }))).toEqual([text]);
  });

  it('fail by name where the metric is missing', () => {
    expect(judged({ bounds: [{ metric: 'auc', min: 0, max: null }] }, version(7))).toEqual(['- v7 has no auc']);
  });
});

describe('being better', () => {
  const than = (by: Comparison['by'], direction: Comparison['direction'] = 'maximize'): Partial<Gate> => ({
    betterThan: [{ metric: 'auc', by, direction }],
  });
  const amount = (of: number) => ({ amount: of, isShare: false });
  const share = (of: number) => ({ amount: of, isShare: true });

  it.each([
    ['by enough', 0.945, 0.939, amount(0.005), '+ auc 0.945 is 0.006 better than champion (v6, 0.939); 0.005 is asked'],
    [
      'by too little',
      0.941,
      0.939,
      amount(0.005),
      '- auc 0.941 is 0.002 better than champion (v6, 0.939); 0.005 is asked',
    ],
    [
      'by less than nothing',
      0.93,
      0.939,
      amount(0.005),
      '- auc 0.93 is 0.009 worse than champion (v6, 0.939); 0.005 is asked',
    ],
    [
      'by exactly what is asked, in binary a little less',
      0.3,
      0.2,
      amount(0.1),
      '+ auc 0.3 is 0.1 better than champion (v6, 0.2); 0.1 is asked',
    ],
    ['not at all', 0.939, 0.939, amount(0.005), '- auc 0.939 is as good as champion (v6, 0.939); 0.005 is asked'],
    [
      'not at all, and that is enough',
      0.939,
      0.939,
      amount(0),
      '+ auc 0.939 is as good as champion (v6, 0.939); as good is asked',
    ],
    [
      'not at all, and better is asked',
      0.939,
      0.939,
      null,
      '- auc 0.939 is as good as champion (v6, 0.939); better is asked',
    ],
    [
      'however little',
      0.93901,
      0.939,
      null,
      '+ auc 0.93901 is 0.00001 better than champion (v6, 0.939); better is asked',
    ],
    [
      'worse, by as much as may be',
      0.93,
      0.939,
      amount(-0.01),
      '+ auc 0.93 is 0.009 worse than champion (v6, 0.939); 0.01 worse is allowed',
    ],
    [
      'worse by more',
      0.92,
      0.939,
      amount(-0.01),
      '- auc 0.92 is 0.019 worse than champion (v6, 0.939); 0.01 worse is allowed',
    ],
    ['by a share', 0.95, 0.9, share(0.05), '+ auc 0.95 is 5.556 % better than champion (v6, 0.9); 5 % is asked'],
    [
      'by too small a share',
      0.91,
      0.9,
      share(0.05),
      '- auc 0.91 is 1.111 % better than champion (v6, 0.9); 5 % is asked',
    ],
    [
      'by a share of a negative value',
      -0.9,
      -1,
      share(0.1),
      '+ auc -0.9 is 10 % better than champion (v6, -1); 10 % is asked',
    ],
    ['by a share of nothing', 0.1, 0, share(0.1), '+ auc 0.1 is 0.1 better than champion (v6, 0); 10 % is asked'],
    ['not a number now', NaN, 0.9, amount(0), '- auc is NaN'],
    ['not a number before', 0.9, NaN, amount(0), "- auc 0.9 can't be compared with champion (v6, NaN)"],
    ['without end', Infinity, Infinity, amount(0), "- auc ∞ can't be compared with champion (v6, ∞)"],
  ])('%s', (_, auc, before, by, text) => {
    expect(judged(than(by), version(7, { auc }), version(6, { auc: before }))).toEqual([
      text.replace('0.00001', '1e-5'),
    ]);
  });

  it('means less of what is to be small', () => {
    const gate = than(amount(0.05), 'minimize');
    expect(judged(gate, version(7, { auc: 0.2 }), version(6, { auc: 0.3 }))).toEqual([
      '+ auc 0.2 is 0.1 better than champion (v6, 0.3); 0.05 is asked',
    ]);
    expect(judged(gate, version(7, { auc: 0.3 }), version(6, { auc: 0.2 }))).toEqual([
      '- auc 0.3 is 0.1 worse than champion (v6, 0.2); 0.05 is asked',
    ]);
  });

  it('needs somebody to be better than', () => {
    expect(judged(than(null), version(1, { auc: 0.1 }))).toEqual(['+ no champion yet: nothing to be better than']);
    expect(judged(than(null), version(1))).toEqual(['- v1 has no auc']);
    expect(judged(than(null), version(6, { auc: 0.1 }), version(6, { auc: 0.1 }))).toEqual([
      '+ v6 is champion already',
    ]);
    expect(judged(than(null), version(7, { auc: 0.1 }), version(6))).toEqual([
      '- champion (v6) has no auc to compare with',
    ]);
  });
});

describe('tags', () => {
  const tagged = (tags: Record<string, string>) => version(7, { tags: new Map(Object.entries(tags)) });

  it.each([
    [{ owner: 'anna' }, null, '+ the tag owner is there'],
    [{ owner: '' }, null, '+ the tag owner is there'],
    [{}, null, '- the tag owner is missing'],
    [{ owner: 'anna' }, 'anna', '+ the tag owner is anna'],
    [{ owner: 'ben' }, 'anna', '- the tag owner is ben; anna is asked'],
    [{ owner: '' }, 'anna', '- the tag owner is empty; anna is asked'],
    [{}, 'anna', '- the tag owner is missing'],
  ])('%j with %s', (tags: Record<string, string>, value, text) => {
    expect(judged({ tags: [{ key: 'owner', value }] }, tagged(tags))).toEqual([text]);
  });
});

describe('the signature', () => {
  const column = (name: string, more: object = {}) => ({ name, type: 'double', required: true, ...more });
  /** As in an `MLmodel` file: each part is JSON in itself. */
  const signature = (inputs: readonly object[], more: object = {}) =>
    JSON.stringify({
      inputs: JSON.stringify(inputs),
      outputs: JSON.stringify([{ type: 'long' }]),
      params: null,
      ...more,
    });
  const changed = (now: string | null, before: string | null) =>
    judged({ signature: 'unchanged' }, version(7, { signature: now }), version(6, { signature: before }));
  const AMOUNT = signature([column('amount'), column('hour')]);
  const SAME = '+ the signature is that of champion (v6)';

  it.each([
    ['the same', AMOUNT, AMOUNT, SAME],
    [
      'the same, as lists',
      JSON.stringify({ inputs: [column('a')] }),
      JSON.stringify({ inputs: JSON.stringify([column('a')]) }),
      SAME,
    ],
    [
      'required unless said otherwise',
      signature([{ name: 'a', type: 'long' }]),
      signature([{ name: 'a', type: 'long', required: true }]),
      SAME,
    ],
    ['none at all', null, null, SAME],
    ['none any more', null, AMOUNT, '- it has no signature any more'],
    ['one where there was none', AMOUNT, null, '- it has a signature, where there was none'],
    [
      'one more',
      signature([column('amount'), column('hour'), column('age')]),
      AMOUNT,
      '- the signature has one more input: age',
    ],
    [
      'two more',
      signature(['amount', 'hour', 'a', 'b'].map((name) => column(name))),
      AMOUNT,
      '- the signature has 2 more inputs: a, b',
    ],
    ['one less', signature([column('amount')]), AMOUNT, '- the signature has one less input: hour'],
    ['two fewer', signature([]), AMOUNT, '- the signature has 2 fewer inputs: amount, hour'],
    [
      'one for another',
      signature([column('amount'), column('day')]),
      AMOUNT,
      '- the signature has one more input: day; the signature has one less input: hour',
    ],
    ['another order', signature([column('hour'), column('amount')]), AMOUNT, '- the inputs are in another order'],
    [
      'another type',
      signature([column('amount', { type: 'long' }), column('hour')]),
      AMOUNT,
      '- the input amount is long, was double',
    ],
    [
      'optional',
      signature([column('amount', { required: false }), column('hour')]),
      AMOUNT,
      '- the input amount is optional now',
    ],
    [
      'optional in the older form',
      signature([{ name: 'amount', type: 'double', optional: true }, column('hour')]),
      AMOUNT,
      '- the input amount is optional now',
    ],
    [
      'another shape',
      signature([{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 28] } }]),
      signature([{ type: 'tensor', 'tensor-spec': { shape: [-1, 32], dtype: 'float32' } }]),
      '- the input number 1 is {"tensor-spec":{"dtype":"float32","shape":[-1,28]},"type":"tensor"}, was {"tensor-spec":{"dtype":"float32","shape":[-1,32]},"type":"tensor"}',
    ],
    [
      'the same shape with its keys in another order',
      signature([{ type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1] } }]),
      signature([{ 'tensor-spec': { shape: [-1], dtype: 'float32' }, type: 'tensor' }]),
      SAME,
    ],
    [
      'another parameter',
      signature([], { params: '[{"name":"t","type":"double","default":0.5,"shape":null}]' }),
      signature([], { params: '[{"name":"t","type":"double","default":0.4,"shape":null}]' }),
      '- the parameter t has the default 0.5, had 0.4',
    ],
    [
      'parameters in another order',
      signature([], { params: '[{"name":"a","type":"long"},{"name":"b","type":"long"}]' }),
      signature([], { params: '[{"name":"b","type":"long"},{"name":"a","type":"long"}]' }),
      SAME,
    ],
    [
      'another output',
      signature([]),
      JSON.stringify({ inputs: [], outputs: [{ type: 'double' }] }),
      '- the output number 1 is long, was double',
    ],
    ['one that is no JSON', 'x', AMOUNT, "- its signature can't be read"],
    ['one with a part that is no JSON', '{"inputs": "["}', AMOUNT, "- its signature can't be read"],
    ['one that was of no form', AMOUNT, '{"inputs": 3}', "- the signature can't be read that it should keep"],
  ])('%s', (_, now, before, text) => {
    const isChange = text.startsWith('-');
    expect(changed(now, before)).toEqual([isChange ? `${text}, compared with champion (v6)` : text]);
  });

  it('names a few of many differences', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const now = signature(names.map((name) => column(name, { type: 'long' })));
    const [text] = changed(now, signature(names.map((name) => column(name))));
    expect(text).toContain('the input c is long, was double; 2 more differences');
  });

  it('has none to keep where nobody has the alias, or the version itself', () => {
    const gate: Partial<Gate> = { signature: 'unchanged' };
    expect(judged(gate, version(7))).toEqual(['+ no champion yet: no signature to keep']);
    expect(judged(gate, version(7), version(7))).toEqual(['+ v7 is champion already']);
  });
});

describe('approval', () => {
  const approval = (by: string, change: Partial<Approval> = {}): Approval => ({
    by,
    atMs: NOW_MS - 1000,
    digest: 'digest of 7',
    ...change,
  });
  const byAnna = { approval: { by: ['anna', 'ben'] } };

  it.each([
    ['of anybody', { approval: { by: null } }, [approval('carl')], '+ approved by carl on 2026-01-31'],
    ['of one who may', byAnna, [approval('carl'), approval('ben')], '+ approved by ben on 2026-01-31'],
    ['of one who may not', byAnna, [approval('carl')], '- approved by carl, but only anna or ben may'],
    ['of nobody', byAnna, [], '- nobody has approved it; anna or ben may'],
    ['of nobody, where anybody may', { approval: { by: null } }, [], '- nobody has approved it'],
    [
      'of other content',
      byAnna,
      [approval('anna', { digest: 'another' })],
      '- anna has approved other content than this',
    ],
    [
      'of content that nobody knows',
      byAnna,
      [approval('anna', { digest: null })],
      '- anna has approved other content than this',
    ],
    [
      'of a time to come',
      byAnna,
      [approval('anna', { atMs: NOW_MS + 3_600_000 })],
      '- nobody has approved it; anna or ben may',
    ],
    [
      'by a clock that is a little fast',
      byAnna,
      [approval('anna', { atMs: NOW_MS + 60_000 })],
      '+ approved by anna on 2026-01-31',
    ],
  ] satisfies [string, Partial<Gate>, Approval[], string][])('%s', (_, gate, approvals, text) => {
    expect(judged(gate, version(7), null, approvals)).toEqual([text]);
  });
});

describe('a verdict', () => {
  it('has a check for all that is asked, and passes if they all do', () => {
    const gate: Gate = {
      ...OPEN,
      bounds: [{ metric: 'auc', min: 0.9, max: null }],
      tags: [{ key: 'owner', value: null }],
      approval: { by: null },
    };
    const { passed, checks } = judge(gate, version(7, { auc: 0.95 }), null, [], NOW_MS);
    expect(passed).toBe(false);
    expect(checks.map((check) => [check.name, check.passed])).toEqual([
      ['metrics.auc', true],
      ['tags.owner', false],
      ['approval', false],
    ]);
  });

  it('is passed where nothing is asked', () => {
    expect(judge(OPEN, version(7), null, [], NOW_MS)).toEqual({ passed: true, checks: [] });
  });

  it('is not passed while nobody knows what is asked', () => {
    const verdict = unreadableGates('line 4: There is no key metrcis. Did you mean metrics?');
    expect(GateVerdict.parse(verdict)).toMatchObject({ passed: false, checks: [{ passed: false }] });
  });
});
