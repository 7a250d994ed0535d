import { describe, expect, it } from 'vitest';
import { keyAt, placeAt } from '../../../src/extension/config/place';

/** Where `|` stands in the text: the path, and the key whose value it is in. */
function at(text: string) {
  const before = text.slice(0, text.indexOf('|')).split('\n');
  const lines = text.replace('|', '').split('\n');
  const place = placeAt(lines, before.length - 1, before.at(-1)?.length ?? 0);
  return place && { ...place, shown: [...place.path, ...(place.key === null ? [] : [`${place.key}:`])].join('.') };
}

const GATES = 'version: 1\ngates:\n  fraud:\n    champion:\n';

describe('a place in the file', () => {
  it.each([
    ['the top', '|', ''],
    ['the top, below something', 'version: 1\nga|', ''],
    ['a value at the top', 'version: |', 'version:'],
    ['the top, below what is deep', `${GATES}      signature: any\n|`, ''],
    ['a model', 'gates:\n  |', 'gates'],
    ['an alias', 'gates:\n  fraud:\n    |', 'gates.fraud'],
    ['an alias after another', `${GATES}      signature: any\n    ch|`, 'gates.fraud'],
    ['a key of a gate', `${GATES}      |`, 'gates.fraud.champion'],
    ['a key of a gate, below comments and blank lines', `${GATES}# about\n\n      m|`, 'gates.fraud.champion'],
    ['a value of a gate', `${GATES}      signature: un|`, 'gates.fraud.champion.signature:'],
    ['a metric', `${GATES}      metrics:\n        |`, 'gates.fraud.champion.metrics'],
    ['a bound in braces', `${GATES}      metrics:\n        auc: { m|`, 'gates.fraud.champion.metrics.auc'],
    ['a second bound', `${GATES}      metrics:\n        auc: { min: 0.9, | }`, 'gates.fraud.champion.metrics.auc'],
    ['the value of a bound', `${GATES}      metrics: { auc: { min: |`, 'gates.fraud.champion.metrics.auc.min:'],
    ['after braces', `${GATES}      metrics: { auc: { min: 0.9 }, |`, 'gates.fraud.champion.metrics'],
    ['a list', `${GATES}      better_than:\n        - m|`, 'gates.fraud.champion.better_than.0'],
    ['a list in the column of its key', `${GATES}      better_than:\n      - m|`, 'gates.fraud.champion.better_than.0'],
    [
      'a second key of an entry',
      `${GATES}      better_than:\n        - metric: auc\n          |`,
      'gates.fraud.champion.better_than.0',
    ],
    [
      'a second entry',
      `${GATES}      better_than:\n        - metric: auc\n          by: 1\n        - |`,
      'gates.fraud.champion.better_than.0',
    ],
    [
      'a value of an entry',
      `${GATES}      better_than:\n        - metric: |`,
      'gates.fraud.champion.better_than.0.metric:',
    ],
    [
      'braces in a list',
      `${GATES}      better_than:\n        - { metric: auc, d|`,
      'gates.fraud.champion.better_than.0',
    ],
    ['brackets', `${GATES}      tags: [owner, |`, 'gates.fraud.champion.tags.0'],
    ['after a list', `${GATES}      tags:\n        - owner\n      |`, 'gates.fraud.champion'],
    ['below a name in quotes', 'gates:\n  "*":\n    |', 'gates.*'],
    ['below an anchor', 'gates:\n  m:\n    a: &one\n      |', 'gates.m.a'],
  ])('%s', (_, text, path) => {
    expect(at(text)?.shown).toBe(path);
  });

  it('is none in a comment, and one in a text with its sign', () => {
    expect(at('gates: # he|re')).toBeNull();
    expect(at('# he|re')).toBeNull();
    expect(at('gates:\n  "a # b": |')?.shown).toBe('gates.a # b:');
  });

  it('has a word that stands there already', () => {
    expect(at('gat|es:')).toMatchObject({ word: 'gat', from: 0, to: 5, isKey: true });
    expect(at('gat|')).toMatchObject({ word: 'gat', from: 0, to: 3, isKey: false });
    expect(at('gates:\n  "fr|"')).toMatchObject({ word: '"fr', from: 2, to: 6 });
    expect(at('signature: |')).toMatchObject({ word: '', from: 11, to: 11 });
  });

  it('knows what its map has already', () => {
    expect(at('a:\n  b: 1\n  c:\n    x: 1\n  |\n  d: 1\ne: 1')?.others).toEqual(['c', 'b', 'd']);
    expect(at('l:\n  - a: 1\n    |\n    b: 1\n  - c: 1')?.others).toEqual(['a', 'b']);
    expect(at('l:\n  - |\n    b: 1\n  - c: 1')?.others).toEqual(['b']);
    expect(at('m: { a: 1, |, b: 2 }')?.others).toEqual(['a', 'b']);
  });
});

describe('the key at a place', () => {
  const key = (text: string) => {
    const before = text.slice(0, text.indexOf('|')).split('\n');
    const found = keyAt(text.replace('|', '').split('\n'), before.length - 1, before.at(-1)?.length ?? 0);
    return found && `${found.path.join('.')} ${String(found.from)}-${String(found.to)}`;
  };

  it.each([
    ['gates:\n  fr|aud:\n', 'gates.fraud 2-7'],
    ['gates:\n  |fraud:\n', 'gates.fraud 2-7'],
    ['gates:\n  "|*":\n', 'gates.* 2-5'],
    ['gates:\n  m:\n    a: { met|rics: { auc: { min: 1 } } }', 'gates.m.a.metrics 9-16'],
    ['gates:\n  m:\n    a: { metrics: { auc: { m|in: 1 } } }', 'gates.m.a.metrics.auc.min 27-30'],
    ['a:\n  - metric: auc\n    b|y: 1', 'a.0.by 4-6'],
    ['a: val|ue', null],
    ['a: 1 # no|te: x', null],
    ['|', null],
  ])('%j', (text, found) => {
    expect(key(text)).toBe(found);
  });
});
