/** Values of plots in words, and plots as text and pictures. */
import { formatNumber } from '../../src/protocol/format';
import { type PlotAxis, type PlotRun, type PlotValue } from './scale';

/** A metric's value that is no number is the name of one. */
export function valueWords({ kind }: PlotAxis, value: PlotValue): string {
  if (value === null) return 'none';
  return kind === 'metric' ? formatNumber(Number(value)) : String(value);
}

/** With tabs as spreadsheets take them from the clipboard, with commas as RFC 4180 has them in a file. */
export function plotText(axes: readonly PlotAxis[], runs: readonly PlotRun[], separator: '\t' | ',' = '\t'): string {
  const rows = runs.map(({ name, values }) => [
    name,
    ...values.slice(0, axes.length).map((value) => String(value ?? '')),
  ]);
  return tableText([['Run', ...axes.map(({ key }) => key)], ...rows], separator);
}

export function tableText(rows: readonly (readonly string[])[], separator: '\t' | ','): string {
  const cell = separator === ',' ? quoted : (text: string) => text.replaceAll(/[\t\r\n]+/g, ' ');
  return rows.map((row) => row.map(cell).join(separator)).join('\n');
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const WRITTEN_OUT = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
];

/** With what the style sheets say of each part written into it. */
export function styledCopy<Drawn extends SVGElement>(drawn: Drawn): Drawn {
  const copy = drawn.cloneNode(true) as Drawn;
  const originals = [drawn, ...drawn.querySelectorAll<SVGElement>('*')];
  for (const [index, element] of [copy, ...copy.querySelectorAll<SVGElement>('*')].entries()) {
    const original = originals[index];
    if (!original) continue;
    const style = getComputedStyle(original);
    for (const name of WRITTEN_OUT) element.setAttribute(name, style.getPropertyValue(name));
  }
  return copy;
}

/**
 * A plot as a document of its own: colours written out, with the page's background and what else stands beside it.
 * Made from elements, never from text: a name can't become markup.
 */
export function standalone(plot: SVGSVGElement, titles: readonly { x: number; y: number; text: string }[]): string {
  const copy = styledCopy(plot);
  for (const element of [copy, ...copy.querySelectorAll('*')])
    for (const name of ['class', 'tabindex', 'role', 'aria-label']) element.removeAttribute(name);
  const { width, height } = plot.getBoundingClientRect();
  const namespace = 'http://www.w3.org/2000/svg';
  copy.setAttribute('xmlns', namespace);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('viewBox', `0 0 ${String(width)} ${String(height)}`);
  const style = getComputedStyle(document.documentElement);
  const background = document.createElementNS(namespace, 'rect');
  for (const [name, value] of Object.entries({
    width: '100%',
    height: '100%',
    fill: style.getPropertyValue('--vscode-editor-background').trim() || 'Canvas',
  }))
    background.setAttribute(name, value);
  copy.prepend(background);
  for (const { x, y, text } of titles) {
    const title = document.createElementNS(namespace, 'text');
    for (const [name, value] of Object.entries({
      x: String(x),
      y: String(y),
      fill: style.getPropertyValue('--vscode-foreground').trim() || 'CanvasText',
      'text-anchor': 'middle',
      'font-size': '11',
      'font-family': style.getPropertyValue('--vscode-font-family').trim() || 'sans-serif',
    }))
      title.setAttribute(name, value);
    title.textContent = text;
    copy.append(title);
  }
  return new XMLSerializer().serializeToString(copy);
}
