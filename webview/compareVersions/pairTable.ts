/** A table of what two versions have, row by row: how the parts of the page look alike. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { type PairRow } from '../../src/protocol/modelDiff';
import '../ui/icon';
import { groups, linkButton, scrollable, visuallyHidden, wordTable } from '../ui/styles';

export const pairStyles = [
  groups,
  linkButton,
  scrollable,
  visuallyHidden,
  wordTable,
  css`
    :host {
      display: block;
    }
    table {
      table-layout: fixed;
      min-width: 420px;
    }
    th.state,
    td.state {
      width: 20px;
      padding-inline: 2px;
    }
    td.state lw-icon {
      vertical-align: middle;
      margin-block: -4px;
    }
    tr.changed td.state lw-icon {
      color: var(--vscode-charts-blue, var(--vscode-foreground));
    }
    tr.left td.state lw-icon {
      color: var(--vscode-charts-red, var(--vscode-foreground));
    }
    tr.right td.state lw-icon {
      color: var(--vscode-charts-green, var(--vscode-foreground));
    }
    thead th {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    tbody th {
      font-size: inherit;
      color: inherit;
      border-bottom: 0;
    }
    tbody th > span,
    td > span.value {
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 4;
      overflow: hidden;
    }
    span.plain {
      white-space: pre-wrap;
    }
    tr.same th,
    tr.same td {
      color: var(--vscode-descriptionForeground);
    }
    .none {
      color: var(--vscode-descriptionForeground);
      font-style: italic;
    }
    .bar {
      margin-block: 6px;
    }
    lw-filter {
      flex: 0 1 300px;
    }
  `,
];

export type PairState = 'same' | 'changed' | 'left' | 'right';

export interface ShownRow {
  readonly key: string;
  readonly name: string | TemplateResult;
  readonly state: PairState;
  readonly cells: readonly (string | TemplateResult | null)[];
  /** The whole of each cell, where it is more than what is shown. */
  readonly titles?: readonly (string | undefined)[];
}

export const stateOf = ({ values: [left, right], differs }: PairRow): PairState => {
  if (left === null) return right === null ? 'same' : 'right';
  if (right === null) return 'left';
  return differs ? 'changed' : 'same';
};

export function stateWords(state: PairState, [left, right]: readonly [string, string]): string {
  return { same: 'the same', changed: 'changed', left: `only in ${left}`, right: `only in ${right}` }[state];
}

const ICONS = { same: '', changed: 'diff-modified', left: 'diff-removed', right: 'diff-added' } as const;
const TITLE_CHARS = 1000;

export interface TableWords {
  readonly label: string;
  readonly labels: readonly [string, string];
  /** A column of its own behind the two. */
  readonly last?: string;
}

export function pairTable({ label, labels, last }: TableWords, rows: readonly ShownRow[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}>
    <table>
      <thead>
        <tr>
          <th scope="col" class="state"><span class="visually-hidden">State</span></th>
          <th scope="col"><span class="visually-hidden">Name</span></th>
          ${labels.map((one) => html`<th scope="col" title=${one}>${one}</th>`)}
          ${last === undefined ? nothing : html`<th scope="col" title=${last}>${last}</th>`}
        </tr>
      </thead>
      <tbody>
        ${repeat(
          rows,
          ({ key }) => key,
          (row) => pairRow(row, labels),
        )}
      </tbody>
    </table>
  </div>`;
}

function pairRow({ key, name, state, cells, titles = [] }: ShownRow, labels: readonly [string, string]) {
  const words = stateWords(state, labels);
  return html`<tr class=${state}>
    <td class="state">
      ${
        state === 'same'
          ? html`<span class="visually-hidden">${words}</span>`
          : html`<lw-icon name=${ICONS[state]} role="img" aria-label=${words} title=${words}></lw-icon>`
      }
    </td>
    <th scope="row" title=${key.slice(0, TITLE_CHARS)}><span class=${textClass(name)}>${name}</span></th>
    ${cells.map((cell, at) =>
      cell === null
        ? html`<td><span class="none">none</span></td>`
        : html`<td title=${(titles[at] ?? (typeof cell === 'string' ? cell : '')).slice(0, TITLE_CHARS)}>
            <span class="value ${textClass(cell)}">${cell}</span>
          </td>`,
    )}
  </tr>`;
}

/** Text of a run is shown with its spaces and lines; those of a template are none. */
const textClass = (shown: unknown): string => (typeof shown === 'string' ? 'plain' : '');
