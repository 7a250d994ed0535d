import { describe, expect, it } from 'vitest';
import { entryFor, isIgnored, isRule, withEntry } from '../../src/extension/notebooks/ignored';

describe('findings that are not shown', () => {
  it('are of a rule everywhere, or of a rule in one notebook', () => {
    const entries = ['undefined-name', 'absolute-path@notebooks/a.ipynb'];
    expect(isIgnored(entries, 'undefined-name', 'b.ipynb')).toBe(true);
    expect(isIgnored(entries, 'absolute-path', 'notebooks/a.ipynb')).toBe(true);
    expect(isIgnored(entries, 'absolute-path', 'a.ipynb')).toBe(false);
    expect(isIgnored(entries, 'out-of-order', 'notebooks/a.ipynb')).toBe(false);
  });

  it('are added to what the user has written, once', () => {
    const entry = entryFor('absolute-path', 'a.ipynb');
    expect(withEntry(['something else'], entry)).toEqual(['something else', 'absolute-path@a.ipynb']);
    expect(withEntry([entry], entry)).toEqual([entry]);
    expect(withEntry('nonsense', entryFor('absolute-path', null))).toEqual(['absolute-path']);
  });

  it('are none where the setting is none', () => {
    for (const entries of [undefined, null, 'absolute-path', { 'absolute-path': true }])
      expect(isIgnored(entries, 'absolute-path', 'a.ipynb')).toBe(false);
  });

  it('name a rule that there is', () => {
    expect(['absolute-path', 'absolute', null, 1].map(isRule)).toEqual([true, false, false, false]);
  });
});
