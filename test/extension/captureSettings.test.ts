import { describe, expect, it } from 'vitest';
import { captureOf } from '../../src/extension/captureSettings';
import { CAPTURE_KINDS, DEFAULT_CAPTURE } from '../../src/protocol/capture';
import manifest from '../../package.json';

const of = (settings: Readonly<Record<string, unknown>>) => captureOf((name) => settings[name]);

describe('what a run captures', () => {
  it('is everything where nothing is set, or something that can not be', () => {
    expect(of({})).toEqual(DEFAULT_CAPTURE);
    expect(of({ capture: 'code', modelLimit: '5', pinLimit: -1 })).toEqual(DEFAULT_CAPTURE);
  });

  it('is what the settings say, in megabytes', () => {
    expect(of({ capture: ['figures', 'code', 'nonsense'], modelLimit: 0.5, pinLimit: 0 })).toEqual({
      kinds: ['code', 'figures'],
      modelLimitBytes: 500_000,
      pinLimitBytes: 0,
    });
    expect(of({ capture: [] }).kinds).toEqual([]);
  });

  it('has the defaults in package.json that it has without', () => {
    const { properties } = manifest.contributes.configuration;
    const defaults = {
      capture: properties['loopwright.capture'].default,
      modelLimit: properties['loopwright.modelLimit'].default,
      pinLimit: properties['loopwright.pinLimit'].default,
    };
    expect(of(defaults)).toEqual(DEFAULT_CAPTURE);
    expect(properties['loopwright.capture'].items.enum).toEqual(CAPTURE_KINDS);
  });
});
