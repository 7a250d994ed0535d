/** A chart as a picture by itself: with its title, a legend and a background, as SVG or as PNG. */
import { dashOf } from './colours';
import { type ChartLine } from './frame';
import { shortened } from './labels';
import { type ChartTheme, colourOf } from './theme';

export interface PictureParts {
  /** What Vega drew. */
  readonly plot: string;
  readonly title: string;
  readonly caption: string;
  readonly lines: readonly ChartLine[];
  readonly theme: ChartTheme;
}

const MARGIN = 10;
const LINE = 18;
const COLUMN = 150;
const TITLE_CHARS = 60;
const LEGEND_CHARS = 18;

/** A document of its own. Names are text and never markup. */
export function svgPicture({ plot, title, caption, lines, theme }: PictureParts): string {
  const size = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(plot);
  const width = Number(size?.[1] ?? 300);
  const height = Number(size?.[2] ?? 150);
  const columns = Math.max(1, Math.floor(width / COLUMN));
  const legend = lines.length > 1 ? lines : [];
  const legendTop = MARGIN + LINE + height + LINE / 2;
  const captionTop = legendTop + Math.ceil(legend.length / columns) * LINE;
  const whole = captionTop + (caption === '' ? 0 : LINE) + MARGIN;
  const text = (x: number, y: number, colour: string, content: string, more = '') =>
    `<text x="${String(x)}" y="${String(y)}" fill="${escapeXml(colour)}" font-size="12" font-family="${escapeXml(theme.font)}"${more}>${escapeXml(content)}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width + 2 * MARGIN)}" height="${String(whole)}" viewBox="0 0 ${String(width + 2 * MARGIN)} ${String(whole)}">`,
    `<rect width="100%" height="100%" fill="${escapeXml(theme.background)}"/>`,
    text(MARGIN, MARGIN + 12, theme.text, shortened(title, TITLE_CHARS), ' font-weight="600"'),
    `<g transform="translate(${String(MARGIN)},${String(MARGIN + LINE)})">${plot}</g>`,
    ...legend.map(({ name, slot }, index) => {
      const x = MARGIN + (index % columns) * COLUMN;
      const y = legendTop + Math.floor(index / columns) * LINE;
      const dashes = dashOf(slot).join(' ');
      return `<line x1="${String(x)}" x2="${String(x + 18)}" y1="${String(y)}" y2="${String(y)}" stroke="${escapeXml(colourOf(theme, slot))}" stroke-width="2"${dashes === '' ? '' : ` stroke-dasharray="${dashes}"`}/>${text(x + 24, y + 4, theme.text, shortened(name, LEGEND_CHARS))}`;
    }),
    caption === '' ? '' : text(MARGIN, captionTop + 6, theme.label, caption),
    '</svg>',
  ].join('');
}

const PIXELS_PER_POINT = 2;

/** @returns the bytes in base64 */
export async function pngOf(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * PIXELS_PER_POINT;
  canvas.height = image.naturalHeight * PIXELS_PER_POINT;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}

/** Control characters but tab and line ends, and two that are no characters. */
const NOT_IN_XML = /(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu;

/** With a sign in place of what no document of XML may have, however it is written. */
export const inXml = (text: string): string => text.replaceAll(NOT_IN_XML, '\ufffd');

export function escapeXml(text: string): string {
  return inXml(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
