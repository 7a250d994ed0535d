/** A comparison as one picture: its sentence, and how the features that moved most are distributed. Pure. */
import { type DriftFeature, type DriftPage, type FeatureShares } from '../../../src/protocol/drift';
import { formatNumber } from '../../../src/protocol/format';
import { shortened } from '../../charts/labels';
import { escapeXml } from '../../charts/picture';
import { type ChartTheme, colourOf } from '../../charts/theme';
import { outlinePath, percentWords } from '../scored/shares';
import { edgeWords, mostMoved } from './words';

/** Features that are drawn. */
const DRAWN = 12;
const WIDTH = 900;
const MARGIN = 20;
const CARD_WIDTH = 420;
const CARD_HEIGHT = 190;
const PLOT = { top: 46, width: 400, height: 110 };
/** Values of a feature that have a bar. */
const BARS = 6;
const LINE = 20;
const LINE_CHARS = 120;
const CARD_CHARS = 62;
/** Slots of the theme's colours. */
const [BLUE, YELLOW] = [0, 5];

type Numbers = Extract<FeatureShares, { kind: 'numbers' }>;
type Values = Extract<FeatureShares, { kind: 'values' }>;

export function driftPicture(page: DriftPage, theme: ChartTheme): string {
  const { sentence, rows, reference, current, features } = page;
  const moved = features.filter(({ drift, shares }) => drift && shares !== null);
  const drawn = moved.slice(0, DRAWN);
  const count = features.filter(({ drift }) => drift).length;
  const title = linesOf(sentence.replaceAll('`', ''));
  const top = MARGIN + title.length * LINE + 2 * LINE;
  const rest =
    count > drawn.length && drawn.length > 0 ? `and ${formatNumber(count - drawn.length)} more that moved` : '';
  const height = top + Math.ceil(drawn.length / 2) * CARD_HEIGHT + (rest === '' ? 0 : LINE) + MARGIN;
  const write = writer(theme);
  const cards = drawn.map((feature, at) => {
    const [x, y] = [MARGIN + (at % 2) * (CARD_WIDTH + MARGIN), top + Math.floor(at / 2) * CARD_HEIGHT];
    return `<g transform="translate(${String(x)},${String(y)})">${card(feature, theme)}</g>`;
  });
  const tables = `${current.label} (${formatNumber(rows.current)} rows) beside ${reference.label} (${formatNumber(rows.reference)} rows)`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${String(WIDTH)}" height="${String(height)}" viewBox="0 0 ${String(WIDTH)} ${String(height)}">`,
    `<rect width="100%" height="100%" fill="${escapeXml(theme.background)}"/>`,
    ...title.map((line, at) => write(MARGIN, MARGIN + (at + 0.6) * LINE, line, { size: 15, isBold: true })),
    write(MARGIN, MARGIN + (title.length + 0.6) * LINE, shortened(tables, LINE_CHARS), { isQuiet: true }),
    ...cards,
    rest === '' ? '' : write(MARGIN, height - MARGIN, rest, { isQuiet: true }),
    '</svg>',
  ].join('');
}

interface Style {
  readonly size?: number;
  readonly isBold?: boolean;
  readonly isQuiet?: boolean;
  readonly anchor?: 'start' | 'end';
}

const writer =
  (theme: ChartTheme) =>
  (x: number, y: number, text: string, { size = 12, isBold = false, isQuiet = false, anchor = 'start' }: Style = {}) =>
    `<text x="${String(x)}" y="${String(y)}" fill="${escapeXml(isQuiet ? theme.label : theme.text)}" font-size="${String(size)}"` +
    ` font-family="${escapeXml(theme.font)}" text-anchor="${anchor}"${isBold ? ' font-weight="600"' : ''}>${escapeXml(text)}</text>`;

function card({ name, words, type, shares }: DriftFeature, theme: ChartTheme): string {
  const write = writer(theme);
  const plot = shares === null ? '' : shares.kind === 'numbers' ? histogram(shares, type, theme) : bars(shares, theme);
  return [
    write(0, 14, shortened(name, CARD_CHARS), { isBold: true }),
    write(0, 32, shortened(words, CARD_CHARS), { isQuiet: true }),
    `<g transform="translate(0,${String(PLOT.top)})">${plot}</g>`,
  ].join('');
}

function histogram({ edges, reference, current }: Numbers, type: DriftFeature['type'], theme: ChartTheme): string {
  const { width, height } = PLOT;
  const most = Math.max(...reference, ...current, Number.MIN_VALUE);
  const bar = width / current.length;
  const marked = mostMoved(reference, current, 3);
  const write = writer(theme);
  return [
    ...current.map((share, at) => {
      const tall = (share / most) * height;
      return rect(
        at * bar + 0.5,
        height - tall,
        Math.max(bar - 1, 0.5),
        tall,
        colourOf(theme, marked.has(at) ? YELLOW : BLUE),
      );
    }),
    `<path d="${outlinePath(reference, most, width, height)}" fill="none" stroke="${escapeXml(theme.text)}" stroke-width="1.5"/>`,
    write(0, height + 16, edgeWords(edges[0] ?? 0, type), { isQuiet: true }),
    write(width, height + 16, edgeWords(edges.at(-1) ?? 0, type), { isQuiet: true, anchor: 'end' }),
  ].join('');
}

function bars({ values }: Values, theme: ChartTheme): string {
  const shown = values.slice(0, BARS);
  const most = Math.max(...shown.map(({ reference, current }) => Math.max(reference, current)), Number.MIN_VALUE);
  const [left, room] = [120, 200];
  const write = writer(theme);
  return shown
    .map(({ value, reference, current }, at) => {
      const y = at * LINE;
      const outline = Math.max((reference / most) * room, 0.5);
      return [
        write(0, y + 12, shortened(value === '' ? 'nothing' : value, 16)),
        rect(left, y + 3, (current / most) * room, 10, colourOf(theme, BLUE)),
        `<rect x="${String(left)}" y="${String(y + 1.5)}" width="${outline.toFixed(1)}" height="13" fill="none" stroke="${escapeXml(theme.text)}" stroke-width="1.5"/>`,
        write(left + room + 8, y + 12, `${percentWords(reference)} → ${percentWords(current)}`, { isQuiet: true }),
      ].join('');
    })
    .join('');
}

const rect = (x: number, y: number, width: number, height: number, colour: string): string =>
  `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" fill="${escapeXml(colour)}"/>`;

/** Between words. */
function linesOf(text: string): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= LINE_CHARS - 20) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => shortened(line, LINE_CHARS));
}
