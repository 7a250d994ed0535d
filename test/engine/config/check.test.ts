import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkText } from '../../../src/engine/config/check';
import { asksOf, gateFor } from '../../../src/protocol/config/gate';

/** `line:column-column severity message`, counted from one as editors show it. */
const problems = (text: string) =>
  checkText(text).problems.map(
    ({ from, to, severity, message }) =>
      `${String(from.line + 1)}:${String(from.column + 1)}-${String(to.column + 1)} ${severity} ${message}`,
  );
const gate = (body: string) =>
  problems(`version: 1\ngates:\n  fraud:\n    champion:\n${body.replaceAll(/^/gm, '      ')}`);

describe('the examples of docs/config.md', () => {
  const docs = readFileSync(new URL('../../../docs/config.md', import.meta.url), 'utf8');
  const examples = [...docs.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);

  it('have no problem', () => {
    expect(examples).toHaveLength(3);
    for (const text of examples) expect(problems(text)).toEqual([]);
  });

  it('ask what the page says', () => {
    const all = examples
      .slice(0, 2)
      .map((text) =>
        (checkText(text).gates ?? []).map(({ model, alias, gate: placed }) => [model, alias, ...asksOf(placed)]),
      );
    expect(all).toEqual([
      [['fraud', 'champion', 'auc at least 0.9', 'auc better than champion by 0.005', 'signature as champion']],
      [
        ['*', 'champion', 'tag owner', 'tag validation is passed'],
        ['churn', 'challenger', 'log_loss at most 0.35', 'recall at least 0.6 and at most 0.98'],
        [
          'churn',
          'champion',
          'log_loss at most 0.3',
          'p95_ms at most 20',
          'log_loss better than champion by 1 %',
          'recall better than champion by -0.01',
          'signature as champion',
          'approved by anna or ben',
        ],
        ['churn-eu', 'challenger', 'log_loss at most 0.35', 'recall at least 0.6 and at most 0.98'],
      ],
    ]);
  });

  it('hold for the model that says something, and else for all', () => {
    const gates = checkText(examples[1] ?? '').gates ?? [];
    const asked = (model: string, alias: string) => {
      const found = gateFor(gates, model, alias);
      return found && asksOf(found)[0];
    };
    expect(asked('churn', 'champion')).toBe('log_loss at most 0.3');
    expect(asked('churn-eu', 'champion')).toBe('tag owner');
    expect(asked('fraud', 'champion')).toBe('tag owner');
    expect(asked('fraud', 'challenger')).toBeNull();
  });
});

describe('what does not fit the form', () => {
  it.each([
    ['a text for a number', "metrics:\n  auc: {min: '0.9x'}", '6:20-26 error min is a number, as 0.9, not "0.9x".'],
    ['NaN', 'metrics:\n  auc: {min: .nan}', '6:20-24 error min is a number, as 0.9, not NaN.'],
    ['a number for bounds', 'metrics:\n  auc: 0.9', '6:14-17 error auc has min, max or both, as {min: 0.9}, not 0.9.'],
    ['no bound', 'metrics:\n  auc: {}', '6:9-12 error auc asks for nothing: give it min, max or both, as {min: 0.9}.'],
    [
      'bounds that exclude all',
      'metrics:\n  auc: {min: 2, max: 1}',
      '6:28-29 error max is below min: nothing can pass.',
    ],
    ['a slip in a key', 'metrcis:\n  auc: {min: 1}', '5:7-14 error There is no key metrcis. Did you mean metrics?'],
    [
      'another spelling of a key',
      'betterThan: {metric: auc}',
      '5:7-17 error There is no key betterThan. Did you mean better_than?',
    ],
    [
      'a key that is none',
      'threshold: 3',
      '5:7-16 error There is no key threshold. There are: metrics, better_than, tags, signature, approval, approvers.',
    ],
    [
      'a slip within a comparison',
      'better_than: {metric: auc, bye: 1}',
      '5:34-37 error There is no key bye. Did you mean by?',
    ],
    [
      'a slip within a list',
      'better_than:\n  - {metric: auc}\n  - {metrik: auc}',
      '7:12-18 error There is no key metrik. Did you mean metric?',
    ],
    [
      'a comparison of nothing',
      'better_than: {by: 1}',
      '5:7-18 error metric is missing. It is the name of a metric, as auc.',
    ],
    [
      'a comparison as text',
      'better_than: champion',
      '5:20-28 error better_than is a comparison or a list of them, as {metric: auc, by: 0.005}, not "champion".',
    ],
    [
      'a margin as words',
      'better_than: {metric: auc, by: a bit}',
      '5:38-43 error by is a number or a share, as 0.005 or 1%, not "a bit".',
    ],
    [
      'a metric that says no direction',
      'better_than: {metric: lift}',
      '5:29-33 error metric does not say by its name whether more is better: add direction: maximize, or minimize.',
    ],
    [
      'two versions to compare with',
      'better_than:\n  - {metric: auc}\n  - {metric: auc, alias: other}',
      '7:12-18 error Entry 2 of better_than compares with another alias than the first: one gate compares with one version.',
    ],
    [
      'tags as a map',
      'tags: {owner: anna}',
      '5:7-11 error tags is a list of tags, each a name or a name with its value, as [owner, validation: passed], not a map.',
    ],
    ['a tag that is a number', 'tags: [level: 1.0]', '5:21-24 error level is text: put it in quotes, as "1.0", not 1.'],
    ['another word', 'signature: same', '5:18-22 error signature is unchanged or any, not "same".'],
    [
      'approvers whom nobody asks',
      'approvers: [anna]',
      '5:7-16 error approvers has no effect without approval: required.',
    ],
    ['nobody who may', 'approval: required\napprovers: []', '6:7-16 error approvers is empty: nobody could approve.'],
  ])('%s', (_, body, problem) => {
    expect(gate(body)).toEqual([problem]);
  });

  it('names every mistake, not only the first', () => {
    expect(gate('metrics:\n  auc: {min: a, max: b}\nsignature: x')).toHaveLength(3);
  });

  it('is told where an anchor stands that is used', () => {
    const text = 'version: 1\nx-tested: &tested\n  metrics: {auc: {min: a}}\ngates:\n  fraud:\n    champion: *tested\n';
    expect(problems(text)).toEqual(['3:24-25 error min is a number, as 0.9, not "a".']);
  });

  it.each([
    ['nothing', '', '1:1-1 error loopwright.yaml is empty. Begin it with version: 1'],
    ['only a comment', '# later\n', '1:1-1 error loopwright.yaml is empty. Begin it with version: 1'],
    ['no version', 'gates: {}\n', '1:1-6 error version is missing. It is 1.'],
    ['another version', 'version: 2\n', '1:10-11 error version is 1, not 2.'],
    ['a list', '- 1\n', '1:1-2 error The file is a map that begins with version: 1, not a list.'],
    [
      'gates of nothing',
      'version: 1\ngates:\n',
      '2:1-6 error gates is a map from models to the gates of their aliases, not nothing.',
    ],
    [
      'a model of nothing',
      'version: 1\ngates:\n  fraud:\n',
      '3:3-8 error fraud is a map from aliases to gates, as champion: {signature: unchanged}, not nothing.',
    ],
    [
      'an alias that MLflow refuses',
      'version: 1\ngates: {m: {latest: {signature: unchanged}}}',
      '2:13-19 error MLflow allows no alias latest: it stands for a version already. Choose another name.',
    ],
    [
      'a gate that asks for nothing',
      'version: 1\ngates: {m: {a: {}}}',
      '2:13-14 warning This gate asks for nothing: every version passes.',
    ],
    ['what is kept for later', 'version: 1\nmonitors: []\n', '2:1-9 info monitors is kept for later and not used yet.'],
  ])('%s', (_, text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });
});

describe('what is no YAML', () => {
  it.each([
    ['a key twice', 'version: 1\ngates: {}\ngates: {}\n', '3:1-6 error gates stands here twice. Keep one of them.'],
    ['a tab', 'version: 1\ngates:\n\tm: {}\n', '3:1-2 error YAML is indented with spaces, and this is a tab.'],
    [
      'a bare star',
      'version: 1\ngates:\n  *: {}\n',
      '3:4-5 error Put the star in quotes: "*". A bare one is the name of an anchor.',
    ],
    [
      'two colons',
      'version: 1\ngates: m: {}\n',
      '2:8-9 error There are two colons in this line. Put what is within on a line of its own, or in braces: {min: 0.9}.',
    ],
    [
      'a key without colon',
      'version: 1\ngates\n',
      '2:1-6 error A key has a colon and a space behind it, as auc: {min: 0.9}. One of them is missing.',
    ],
    ['an open quote', 'version: "1', '1:12-12 error A quote or a bracket is open: close it.'],
    ['an unknown anchor', 'version: *one\n', '1:10-14 error There is no anchor &one above this.'],
    [
      'a second document',
      'version: 1\n---\ngates: {}\n',
      '2:1-4 error A second document begins here, which nobody would read: remove the line ---.',
    ],
    ['a type', 'version: !int 1\n', '1:10-14 error Types as !name are not read. Leave it out.'],
    [
      'a merge key',
      'version: 1\n<<: {gates: {}}\n',
      '2:1-3 error Merge keys are not read. Refer to a whole gate, as challenger: *tested.',
    ],
    [
      'a name that would be lost',
      'version: 1\ngates: {__proto__: {a: {signature: unchanged}}}\n',
      "2:9-18 error __proto__ can't be a name. Choose another.",
    ],
    ['a map as a key', 'version: 1\n? [a]\n: 1\n', '2:3-6 error A key is a plain word.'],
  ])('%s', (_, text, problem) => {
    expect(problems(text)).toEqual([problem]);
    expect(checkText(text).gates).toBeNull();
  });
});

describe('a file made to do harm', () => {
  it('multiplies nothing by its anchors', () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `x-${String(i + 1)}: &a${String(i + 1)} [${`*a${String(i)},`.repeat(9)}]`,
    );
    const text = `version: 1\nx-0: &a0 [1,1,1,1,1,1,1,1,1]\n${levels.join('\n')}\n`;
    expect(problems(text)).toEqual([expect.stringContaining('Anchors are used more than 100 times.')]);
  });

  it('is read or refused, however deep it is', () => {
    for (const text of [
      `version: ${'['.repeat(50_000)}`,
      `version: 1\nviews: ${'['.repeat(3000)}${']'.repeat(3000)}\n`,
    ])
      expect(problems(text).length).toBeGreaterThan(0);
  });

  it('may hold itself', () => {
    expect(problems('version: 1\ngates: &g\n  m: *g\n')[0]).toContain('error');
    expect(problems('version: 1\nviews: &v [*v]\n')).toEqual(['2:1-6 info views is kept for later and not used yet.']);
  });

  it('has a size that people write', () => {
    expect(problems(`version: 1\n#${'x'.repeat(262_144)}`)[0]).toContain('is larger than 256 kB');
  });

  it('tells no more than a hundred problems', () => {
    const metrics = Array.from({ length: 500 }, (_, i) => `  m${String(i)}: {min: a}`).join('\n');
    expect(gate(`metrics:\n${metrics}`)).toHaveLength(100);
  });
});

describe('settings of drift', () => {
  const drift = (body: string) => problems(`version: 1\ndrift:\n${body.replaceAll(/^/gm, '  ')}`);

  it.each([
    ['a slip in a test', 'tests: {amount: {psy: 0.2}}', '3:20-23 error There is no key psy. Did you mean psi?'],
    [
      'a threshold that is no p-value',
      'tests: {amount: {ks: 2}}',
      '3:24-25 error ks is a p-value from 0 to 1, as 0.05, or default, not 2.',
    ],
    [
      'a test by itself',
      'tests: {amount: psi}',
      '3:19-22 error amount is a map from tests to what they must reach, as {psi: 0.2}, not "psi".',
    ],
    [
      'a type that is none',
      'types: {zip: word}',
      '3:16-20 error zip is number, category, boolean, date, text, embedding, not "word".',
    ],
    [
      'a column for columns',
      'ignore: id',
      '3:11-13 error ignore is a list of columns, as [customer_id, note], not "id".',
    ],
    ['rules of nobody', 'rules: mine', '3:10-14 error rules is loopwright, evidently, nannyml, not "mine".'],
  ])('are told of %s', (_, body, expected) => {
    expect(drift(body)).toEqual([expected]);
  });
});
