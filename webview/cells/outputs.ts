/** What came out of a cell: its error and its outputs, none of it ever more than text and pictures. */
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { type CellError, type CellOutput, type Execution } from '../../src/protocol/notebooks';
import { countWords } from '../run/words';
import { ansiElement, needsTerminal } from './ansi';
import { type CellFiles } from './files';
import './picture';
import { MAX_ROWS, type PlainTable, type TableCell, tablesOf } from './table';
import './textFile';
import { cutWords, isErrorAgain } from './words';

/** From so many lines on an output scrolls, and must be reached by the keyboard. */
const SCROLLING_LINES = 16;

export function outputsOf({ outputs, error, moreOutputs }: Execution, files: CellFiles): TemplateResult {
  return html`${outputs
    .filter((output) => !isErrorAgain(output, error !== null))
    .map((output) => outputOf(output, files))}
  ${moreOutputs > 0 ? html`<p class="quiet">${countWords(moreOutputs, moreOutputs)} more outputs are not shown.</p>` : nothing}
  ${error === null ? nothing : errorOf(error)}`;
}

export function errorOf({ name, message, traceback }: CellError): TemplateResult {
  const title = [name, message].filter(Boolean).join(': ');
  return html`<div class="error">
    <p>${title}</p>
    ${traceback === '' ? nothing : textOf(traceback)}
  </div>`;
}

export function outputOf(output: CellOutput, files: CellFiles): TemplateResult {
  const cut = cutWords(output);
  const isTall = output.mime.startsWith('image/');
  const text = output.data ?? output.alternative ?? '';
  const scrolls = !isTall && (text.length > 4000 || text.split('\n', SCROLLING_LINES + 1).length > SCROLLING_LINES);
  return html`<div
    class="output ${isTall ? 'tall' : ''} ${output.name === 'stderr' ? 'stderr' : ''}"
    title=${output.name === 'stderr' ? 'Written to stderr' : nothing}
    tabindex=${scrolls ? 0 : nothing}
    role=${scrolls ? 'region' : nothing}
    aria-label=${scrolls ? 'Output' : nothing}
  >
    ${contentOf(output, files)}${cut === null ? nothing : html`<p class="quiet">${cut}</p>`}
  </div>`;
}

function contentOf(output: CellOutput, files: CellFiles): TemplateResult | typeof nothing {
  const { mime, data, path, alternative } = output;
  if (data === null && path === null) return alternative === null ? nothing : textOf(alternative);
  if (mime.startsWith('image/')) {
    const url = data === null ? '' : inlinePicture(mime, data);
    return html`<lw-cell-picture
      .files=${files}
      .path=${path ?? ''}
      .url=${url}
      .alternative=${alternative ?? ''}
    ></lw-cell-picture>`;
  }
  if (data === null) {
    const show = (text: string) => shown(mime, text, alternative);
    return html`<lw-cell-text .files=${files} .path=${path ?? ''} .show=${show}></lw-cell-text>`;
  }
  // A cell that runs is read again and again: what has not changed is not made again.
  return html`${guard([mime, data, alternative], () => shown(mime, data, alternative))}`;
}

function shown(mime: string, text: string, alternative: string | null): TemplateResult {
  if (mime === 'text/html') {
    const tables = tablesOf(text);
    if (tables.length > 0) return html`${tables.map(tableOf)}`;
    return alternative === null ? notShown(mime) : textOf(alternative);
  }
  // What only a program of its kind can draw: widgets, interactive charts.
  if (mime.startsWith('application/') && mime !== 'application/json')
    return alternative === null ? notShown(mime) : textOf(alternative);
  return textOf(text);
}

const notShown = (mime: string) =>
  html`<p class="quiet">An output of the kind ${mime} is not drawn here; the executed notebook has it.</p>`;

function textOf(text: string): TemplateResult {
  return needsTerminal(text)
    ? html`${guard([text], () => ansiElement(text))}`
    : html`<pre>${text.replace(/\n$/, '')}</pre>`;
}

/** SVG is text, everything else base64. Neither can do anything inside an `<img>`. */
function inlinePicture(mime: string, data: string): string {
  if (mime === 'image/svg+xml') return `data:${mime},${encodeURIComponent(data)}`;
  return `data:${mime};base64,${data.replaceAll(/\s/g, '')}`;
}

function tableOf({ head, body, rowCount, isNarrowed }: PlainTable): TemplateResult {
  const row = (cells: readonly TableCell[]) =>
    html`<tr>
      ${cells.map(({ text, isHeading, columns, rows }) =>
        isHeading
          ? html`<th colspan=${columns} rowspan=${rows} title=${text.length > 40 ? text : nothing}>${text}</th>`
          : html`<td colspan=${columns} rowspan=${rows} title=${text.length > 40 ? text : nothing}>${text}</td>`,
      )}
    </tr>`;
  const missing = [
    rowCount > MAX_ROWS ? `${countWords(MAX_ROWS, rowCount)} rows are shown.` : '',
    isNarrowed ? 'Columns are missing.' : '',
  ].filter(Boolean);
  return html`<table>
      ${
        head.length === 0
          ? nothing
          : html`<thead>
              ${head.map(row)}
            </thead>`
      }
      <tbody>
        ${body.map(row)}
      </tbody>
    </table>
    ${missing.length === 0 ? nothing : html`<p class="quiet">${missing.join(' ')}</p>`}`;
}
