/** Rows of a name, a value and a hint, as parameters, tags and facts are shown. All of it is text. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** In grey behind the value. */
  readonly hint?: string;
  /** The same behind that. */
  readonly more?: string | undefined;
}

/** Whether a text can be higher than its cell even where that is wide: then it is scrolled, by keyboard, too. */
const mayScroll = (text: string) => text.length > 200 || text.split('\n', 8).length === 8;

/** Names are broken where their parts end, if they must: `estimator__` `class_` `weight`. */
const breakable = (name: string) => name.split(/(?<=[_./-])(?![_./-])/).map((part) => html`${part}<wbr />`);

/** By itself: a line break of the source would be one of the page, which keeps those of the texts. */
const valueOf = ({ value, hint, more }: KeyValue) =>
  html`${value}${[hint, more].map((text) => (text ? html` <span class="hint">${text}</span>` : nothing))}`;

@customElement('lw-key-values')
export class KeyValues extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    dl {
      margin: 0;
      display: grid;
      /* Several lists below each other line up where their place says how wide the names are. */
      grid-template-columns: var(--lw-key-width, fit-content(60%)) minmax(0, 1fr);
    }
    div {
      display: grid;
      grid-template-columns: subgrid;
      grid-column: 1 / -1;
      column-gap: 16px;
      padding: 2px 6px;
      border-radius: 3px;
    }
    div:hover {
      background: var(--vscode-list-hoverBackground);
    }
    dt {
      color: var(--vscode-descriptionForeground);
    }
    dd {
      margin: 0;
      font-variant-numeric: tabular-nums;
    }
    dt,
    dd {
      min-width: 0;
      overflow-wrap: anywhere;
      /* Values of thousands of characters must not push the rest away. */
      max-height: 12em;
      overflow-y: auto;
      white-space: pre-wrap;
      unicode-bidi: plaintext;
      text-align: left;
    }
    dt:focus-visible,
    dd:focus-visible {
      outline: 1px solid var(--vscode-focusBorder);
      outline-offset: -1px;
    }
    .hint {
      color: var(--vscode-descriptionForeground);
      display: inline-block;
      margin-inline-start: 4px;
      font-size: 0.9em;
      max-width: 100%;
      overflow: hidden;
      text-overflow: ellipsis;
      vertical-align: bottom;
      white-space: nowrap;
    }
    :host([mono]) dd {
      font-family: var(--vscode-editor-font-family, monospace);
    }
  `;

  @property({ attribute: false }) rows: readonly KeyValue[] = [];

  protected override render() {
    return html`<dl>
      ${this.rows.map(
        (row) =>
          html`<div>
            <dt tabindex=${mayScroll(row.key) ? 0 : nothing}>${breakable(row.key)}</dt>
            <dd tabindex=${mayScroll(row.value) ? 0 : nothing}>${valueOf(row)}</dd>
          </div>`,
      )}
    </dl>`;
  }
}
