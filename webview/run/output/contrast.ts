/**
 * Keeps printed text readable on the theme's background, as VS Code's terminal does
 * (`terminal.integrated.minimumContrastRatio`). Pure.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

/** WCAG 2.2, success criterion 1.4.3, for text. */
export const MIN_CONTRAST = 4.5;

const STEPS = 20;

/** The colour itself, or mixed with white or black until it stands out from the background. */
export function readable(color: Rgb, background: Rgb): Rgb {
  const target = luminance(background) < 0.5 ? 255 : 0;
  for (let step = 0; step <= STEPS; step++) {
    const share = step / STEPS;
    const mixed: Rgb = [mix(color[0], target, share), mix(color[1], target, share), mix(color[2], target, share)];
    if (contrast(mixed, background) >= MIN_CONTRAST) return mixed;
  }
  return [target, target, target];
}

/** WCAG's contrast ratio, from 1 to 21. */
export function contrast(left: Rgb, right: Rgb): number {
  const [darker, lighter] = [luminance(left), luminance(right)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** WCAG's relative luminance, from 0 to 1. */
function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(from: number, to: number, share: number): number {
  return Math.round(from + (to - from) * share);
}

/** `rgb(1, 2, 3)`, as the browser gives every colour that it computed, or `1, 2, 3`. Null for what is not seen at all. */
export function parseRgb(text: string): Rgb | null {
  if (/^rgba\(.*, ?0\)$/.test(text)) return null;
  const [red, green, blue] = (/(\d+), ?(\d+), ?(\d+)/.exec(text) ?? []).slice(1).map(Number);
  return red === undefined || green === undefined || blue === undefined ? null : [red, green, blue];
}
