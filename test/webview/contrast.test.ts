import { describe, expect, it } from 'vitest';
import { contrast, MIN_CONTRAST, parseRgb, readable, type Rgb } from '../../webview/run/output/contrast';

describe('contrast', () => {
  it('is what WCAG 2.2 defines', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
    // Example of WCAG's understanding document for 1.4.3: #767676 on white is 4.54:1.
    expect(contrast([0x76, 0x76, 0x76], [255, 255, 255])).toBeCloseTo(4.54, 2);
  });

  it('of readable colours suffices on every background', () => {
    const colors: Rgb[] = [
      [0, 0, 0],
      [205, 0, 0],
      [0, 0, 238],
      [229, 229, 16],
      [255, 255, 255],
    ];
    for (const background of [
      [0, 0, 0],
      [24, 24, 24],
      [255, 255, 255],
      [248, 248, 248],
      [0, 43, 54],
    ] as Rgb[]) {
      for (const color of colors)
        expect(contrast(readable(color, background), background)).toBeGreaterThanOrEqual(MIN_CONTRAST);
    }
  });

  it('leaves readable colours alone', () => {
    expect(readable([13, 188, 121], [24, 24, 24])).toEqual([13, 188, 121]);
  });
});

describe('colours', () => {
  it('are read as the browser writes them', () => {
    expect(parseRgb('rgb(1, 20, 255)')).toEqual([1, 20, 255]);
    expect(parseRgb('rgba(1, 20, 255, 0.5)')).toEqual([1, 20, 255]);
    expect(parseRgb('transparent')).toBeNull();
    expect(parseRgb('rgba(0, 0, 0, 0)')).toBeNull();
  });
});
