import { describe, expect, it } from 'vitest';
import schema from '../../../media/loopwright.schema.json';
import type { JsonSchema } from '../../../src/protocol/config/jsonSchema';
import { hoverAt, type KnownNames, suggestionsAt } from '../../../src/extension/config/suggest';

const NAMES: KnownNames = {
  ...{ model: ['fraud', 'EU: cards'], alias: ['blue'], metric: ['val/auc', '$x'], tag: ['owner'] },
  feature: ['amount', 'zip code'],
};

function suggested(text: string, names = NAMES) {
  const before = text.slice(0, text.indexOf('|')).split('\n');
  return suggestionsAt(schema, text.replace('|', '').split('\n'), before.length - 1, before.at(-1)?.length ?? 0, names);
}
const labels = (text: string) => suggested(text).map(({ label }) => label);
const snippet = (text: string, label: string) => suggested(text).find((one) => one.label === label)?.snippet;

const GATES = 'version: 1\ngates:\n  fraud:\n    champion:\n';

describe('completion', () => {
  it('has the keys of the form, but for those that are there', () => {
    expect(labels('|')).toEqual(['version', 'gates', 'drift', 'endpoints', 'monitors', 'triggers', 'views']);
    expect(labels('version: 1\n|')).not.toContain('version');
    expect(labels(`${GATES}      signature: any\n      |`)).toEqual([
      'metrics',
      'better_than',
      'tags',
      'approval',
      'approvers',
    ]);
    expect(labels(`${GATES}      better_than: { metric: auc, |`)).toEqual(['alias', 'by', 'direction']);
    expect(labels(`${GATES}      better_than:\n        - metric: auc\n          |`)).toEqual([
      'alias',
      'by',
      'direction',
    ]);
  });

  it('has the names that the store knows', () => {
    expect(labels('gates:\n  |')).toEqual(['fraud', 'EU: cards', '*']);
    expect(labels('gates:\n  fraud:\n    |')).toEqual(['blue', 'champion', 'challenger']);
    expect(labels(`${GATES}      metrics:\n        |`)).toEqual(['val/auc', '$x']);
    expect(labels(`${GATES}      better_than: { metric: |`)).toEqual(['val/auc', '$x']);
    expect(labels(`${GATES}      better_than:\n        alias: |`)).toEqual(['blue', 'champion', 'challenger']);
    expect(labels(`${GATES}      tags:\n        - |`)).toEqual(['owner']);
    expect(labels(`${GATES}      tags: [|`)).toEqual(['owner']);
  });

  it('has the words that a value may be', () => {
    expect(labels('version: |')).toEqual(['1']);
    expect(labels(`${GATES}      signature: |`)).toEqual(['unchanged', 'any']);
    expect(snippet(`${GATES}      signature:|`, 'any')).toBe(' any');
    expect(labels(`${GATES}      better_than: |`)).toEqual(['{ metric: auc, by: 0.005 }']);
  });

  it('has features and tests of drift', () => {
    expect(labels('drift:\n  |')).toContain('false_alarms');
    expect(labels('drift:\n  ignore: [|')).toEqual(['amount', 'zip code']);
    expect(labels('drift:\n  prediction: |')).toEqual(['amount', 'zip code']);
    expect(labels('drift:\n  tests:\n    |')).toEqual(['amount', 'zip code']);
    expect(labels('drift:\n  tests:\n    amount: { ks: 0.01, |')).toContain('psi');
    expect(labels('drift:\n  tests:\n    amount: { needs: |')).toEqual(['any', 'all']);
    expect(snippet('|', 'drift')).toBe(
      'drift:\n  false_alarms: ${1:0.05}\n  tests:\n    ${2:amount}: { psi: ${3:0.2} }',
    );
  });

  it('inserts a key with what stands behind it', () => {
    expect(snippet('|', 'version')).toBe('version: 1');
    expect(snippet('|', 'gates')).toBe(
      'gates:\n  ${1:model}:\n    ${2:champion}:\n      metrics:\n        ${3:auc}: { min: ${4:0.9} }\n      signature: unchanged',
    );
    expect(snippet(`${GATES}      |`, 'metrics')).toBe('metrics:\n  ${1:auc}: { min: ${2:0.9} }');
    expect(snippet(`${GATES}      |`, 'better_than')).toBe('better_than: { metric: ${1:auc}, by: ${2:0.005} }');
    expect(snippet(`${GATES}      |`, 'signature')).toBe('signature: ${1|unchanged,any|}');
    expect(snippet(`${GATES}      |`, 'approvers')).toBe('approvers: [$1]');
    expect(snippet(`${GATES}      { |`, 'metrics')).toBe('metrics: { ${1:auc}: { min: ${2:0.9} } }');
    expect(snippet(`${GATES}      metrics:\n        |`, 'val/auc')).toBe('val/auc: { min: ${1:0.9} }');
  });

  it('inserts the key alone where its colon is there', () => {
    expect(snippet(`${GATES}      met|:`, 'metrics')).toBe('metrics');
  });

  it('takes names as names, whatever they hold', () => {
    expect(snippet('gates:\n  |', 'EU: cards')).toMatch(/^"EU: cards":\n/);
    expect(snippet('gates:\n  |', '*')).toMatch(/^"\*":\n/);
    expect(snippet(`${GATES}      metrics:\n        |`, '$x')).toBe('"\\$x": { min: ${1:0.9} }');
    expect(snippet('gates:\n  "|"', 'fraud')).toMatch(/^fraud:\n/);
    expect(suggested('gates:\n  "|"')[0]).toMatchObject({ filter: '"fraud', from: 2, to: 4 });
  });

  it('has nothing where nothing is known', () => {
    expect(labels('monitors:\n  |')).toEqual([]);
    expect(labels('# |')).toEqual([]);
    expect(labels(`${GATES}      metrics:\n        auc: { min: |`)).toEqual([]);
  });
});

describe('a hover', () => {
  const hover = (text: string) => {
    const before = text.slice(0, text.indexOf('|')).split('\n');
    return hoverAt(schema, text.replace('|', '').split('\n'), before.length - 1, before.at(-1)?.length ?? 0)
      ?.description;
  };

  it('says what a key means', () => {
    expect(hover('ga|tes:')).toMatch(/^What has to be true of a model version/);
    expect(hover('gates:\n  fr|aud:')).toMatch(/^The gates of this registered model/);
    expect(hover('gates:\n  fraud:\n    cha|mpion:')).toMatch(/^What has to hold before/);
    expect(hover(`${GATES}      better_|than: { metric: auc }`)).toMatch(/^How the version has to compare/);
    expect(hover(`${GATES}      better_than:\n        - metr|ic: auc`)).toBe('The metric that both versions need.');
    expect(hover(`${GATES}      metrics: { auc: { ma|x: 1 } }`)).toMatch(/^The most that passes/);
  });

  it('says nothing of what it does not know', () => {
    expect(hover('gatse|:')).toBeUndefined();
    expect(hover('version: |1')).toBeUndefined();
  });

  it('has words for every key of the form', () => {
    const without: string[] = [];
    const walk = (of: JsonSchema, path: string) => {
      const { properties = {}, additionalProperties, items, anyOf = [] } = of;
      for (const [name, property] of Object.entries(properties)) {
        if (!property.description) without.push(`${path}.${name}`);
        walk(property, `${path}.${name}`);
      }
      for (const below of [additionalProperties, items, ...anyOf]) if (typeof below === 'object') walk(below, path);
    };
    walk(schema, '');
    expect(without).toEqual([]);
  });
});
