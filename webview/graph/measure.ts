/** How wide texts are in the font of the page. */
import { type Measure } from './boxes';

const FONTS = { strong: '600 12px', plain: '12px', quiet: '11px' } as const;

export const pageFont = (): string =>
  getComputedStyle(document.documentElement).getPropertyValue('--vscode-font-family').trim() || 'sans-serif';

export function textMeasure(family: string): Measure {
  const context = document.createElement('canvas').getContext('2d');
  const known = new Map<string, number>();
  return (text, style) => {
    const key = `${style} ${text}`;
    const width = known.get(key) ?? widthOf(context, text, `${FONTS[style]} ${family}`);
    known.set(key, width);
    return width;
  };
}

function widthOf(context: CanvasRenderingContext2D | null, text: string, font: string): number {
  // Without a canvas: as wide as letters are at most.
  if (!context) return text.length * 8;
  context.font = font;
  return context.measureText(text).width;
}
