/** `<lw-signature>`: what the model takes and gives, as its `MLmodel` says, and the example of its input. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type InputExample, type ModelCard, type SignatureField } from '../../src/protocol/modelCard';
import { counted } from '../../src/protocol/modelWords';
import { countWords } from '../run/words';
import { groups, linkButton, scrollable, wordTable } from '../ui/styles';
import { type VersionHost } from './api';

interface Fields {
  readonly items: readonly SignatureField[];
  readonly total: number;
}

@customElement('lw-signature')
export class Signature extends LitElement {
  static override readonly styles = [
    groups,
    linkButton,
    scrollable,
    wordTable,
    css`
      :host {
        display: block;
      }
      .parts {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr));
        gap: 4px 24px;
        align-items: start;
      }
      h3 {
        margin-top: 6px;
      }
      .values td,
      pre {
        font-family: var(--vscode-editor-font-family, monospace);
        font-size: 0.95em;
      }
      .values {
        width: auto;
        min-width: min(100%, 280px);
      }
      pre {
        margin: 0;
        padding: 8px 10px;
        max-height: 20em;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        background: var(--vscode-textCodeBlock-background);
        border-radius: 3px;
      }
    `,
  ];

  @property({ attribute: false }) card!: ModelCard;
  @property({ attribute: false }) host!: VersionHost;
  /** Whether the model itself says what it takes and gives. */
  @property({ type: Boolean }) told = false;

  protected override render() {
    const { signature, example, hasMlmodel } = this.card;
    return html`${
      signature
        ? html`<div class="parts">
            ${this.renderFields('Inputs', signature.inputs)} ${this.renderFields('Outputs', signature.outputs)}
            ${signature.params.total > 0 ? this.renderFields('Parameters', signature.params) : nothing}
          </div>`
        : html`<p class="quiet">${this.noSignature(hasMlmodel)}</p>`
    }
    ${example ? this.renderExample(example) : nothing}`;
  }

  private noSignature(hasMlmodel: boolean): string {
    if (this.told) return 'No signature came with it. What the model itself takes and gives stands below.';
    return hasMlmodel
      ? 'Its MLmodel tells no signature. MLflow writes one when a model is logged with an example of its input.'
      : 'No signature came with it. Models that MLflow logs bring one in a file MLmodel.';
  }

  private renderFields(heading: string, { items, total }: Fields) {
    const hasDefaults = items.some(({ default: initial }) => initial !== null);
    return html`<div>
      <h3>${heading}</h3>
      ${
        total === 0
          ? html`<p class="quiet">None told.</p>`
          : html`<table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Type</th>
                  ${hasDefaults ? html`<th scope="col">Default</th>` : nothing}
                </tr>
              </thead>
              <tbody>
                ${items.map(
                  ({ name, type, isRequired, default: initial }, at) =>
                    html`<tr>
                      <td>${name === '' ? html`<span class="quiet">number ${at + 1}</span>` : name}</td>
                      <td>${type}${isRequired ? nothing : html` <span class="quiet">optional</span>`}</td>
                      ${hasDefaults ? html`<td>${initial ?? ''}</td>` : nothing}
                    </tr>`,
                )}
              </tbody>
            </table>`
      }
      ${total > items.length ? html`<p class="quiet">${countWords(items.length, total)} shown</p>` : nothing}
    </div>`;
  }

  private renderExample({ path, table, text, isCut }: InputExample) {
    return html`<h3>Input Example</h3>
      ${
        table
          ? html`<div class="scroll" tabindex="0" role="region" aria-label="Input example">
                <table class="values">
                  <thead>
                    <tr>
                      ${table.columns.map((column) => html`<th scope="col">${column}</th>`)}
                    </tr>
                  </thead>
                  <tbody>
                    ${table.rows.map(
                      (row) =>
                        html`<tr>
                          ${row.map((cell) => html`<td>${cell}</td>`)}
                        </tr>`,
                    )}
                  </tbody>
                </table>
              </div>
              ${
                table.rowCount > table.rows.length || table.columnCount > table.columns.length
                  ? html`<p class="quiet">
                      The first of ${counted(table.rowCount, 'row')} and ${counted(table.columnCount, 'column')}
                    </p>`
                  : nothing
              }`
          : html`<pre class="scroll" tabindex="0" aria-label="Input example">${text}</pre>`
      }
      <p>
        <button class="link" type="button" @click=${() => this.host.command('openFile', { path })}>Open ${path}</button
        >${isCut ? html` <span class="quiet">Only its beginning is shown.</span>` : nothing}
      </p>`;
  }
}
