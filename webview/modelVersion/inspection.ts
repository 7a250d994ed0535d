/** `<lw-inspection>`: what is in the model's file, told without loading it. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatSize } from '../../src/protocol/format';
import {
  type ExternalFile,
  type ModelInspection,
  type OnnxInspection,
  type OnnxValue,
  type PickleInspection,
} from '../../src/protocol/inspection';
import { cardRows, onnxRows, pickleRows } from '../../src/protocol/inspectedRows';
import { type ModelCard } from '../../src/protocol/modelCard';
import { grouped, shapeText } from '../../src/protocol/modelWords';
import { countWords } from '../run/words';
import '../ui/icon';
import '../ui/keyValues';
import { groups, wordTable } from '../ui/styles';

interface Listed<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

/** Names of what a pickle calls: who wants all of them reads on. */
const NAMES_SHOWN = 30;

@customElement('lw-inspection')
export class Inspection extends LitElement {
  static override readonly styles = [
    groups,
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
      .problem {
        display: flex;
        gap: 6px;
        margin: 4px 0;
      }
      .problem lw-icon {
        color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
      }
      .problem span {
        min-width: 0;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) told: ModelInspection | null = null;
  @property({ attribute: false }) card: ModelCard | null = null;

  protected override render() {
    const { told, card } = this;
    return html`${told ? this.renderTold(told) : nothing} ${(card?.problems ?? []).map(problem)}
    ${
      card?.hasMlmodel
        ? html`<h3>MLmodel</h3>
            <lw-key-values .rows=${cardRows(card)}></lw-key-values>`
        : nothing
    }`;
  }

  private renderTold(told: ModelInspection): TemplateResult {
    switch (told.format) {
      case 'onnx':
        return this.renderOnnx(told);
      case 'pickle':
        return this.renderPickle(told);
      case 'unknown':
        return html`<p class="quiet">${told.reason} ${formatSize(told.fileBytes)}.</p>`;
    }
  }

  private renderOnnx(told: OnnxInspection) {
    return html`${told.problems.map(problem)}
      <lw-key-values .rows=${onnxRows(told)}></lw-key-values>
      <div class="parts">
        ${table('Inputs', ['Name', 'Type', 'Shape'], told.inputs, valueCells)}
        ${table('Outputs', ['Name', 'Type', 'Shape'], told.outputs, valueCells)}
        ${table('Operators', ['Operator', 'Count'], told.operators, ({ domain, type, count }) => [
          domain === '' ? type : `${domain}.${type}`,
          grouped(count),
        ])}
        ${told.externalFiles.total > 0 ? table('Other Files', ['File', 'Size'], told.externalFiles, externalCells) : nothing}
        ${
          told.metadata.total > 0
            ? table('Metadata', ['Key', 'Value'], told.metadata, ({ key, value }) => [key, value])
            : nothing
        }
      </div>`;
  }

  private renderPickle(told: PickleInspection) {
    const names = { items: told.names.items.slice(0, NAMES_SHOWN), total: told.names.total };
    return html`${told.suspicious.items.map(({ name, reason }) => problem(`${name}: ${reason}`))}
      ${told.problems.map(problem)}
      <lw-key-values .rows=${pickleRows(told)}></lw-key-values>
      ${told.isRead ? nothing : html`<p class="quiet">Only what it is packed in could be told.</p>`}
      <div class="parts">
        ${
          told.settings.total > 0
            ? table('Settings', ['Name', 'Value'], told.settings, ({ key, value }) => [key, value])
            : nothing
        }
        ${
          names.total > 0
            ? table('What Loading It Calls', ['Name', 'Calls'], names, ({ name, calls }) => [name, grouped(calls)])
            : nothing
        }
      </div>
      <p class="quiet">
        A pickle can do anything when it is loaded: load it only if you trust where it comes from. Here nothing of it
        was loaded.
      </p>`;
  }
}

const valueCells = ({ name, type, shape }: OnnxValue): string[] => [name, type, shapeText(shape)];

const externalCells = ({ location, bytes, problem: wrong }: ExternalFile): string[] => [
  location,
  wrong ?? (bytes === null ? 'not looked at' : formatSize(bytes)),
];

function problem(text: string): TemplateResult {
  return html`<div class="problem"><lw-icon name="warning"></lw-icon><span>${text}</span></div>`;
}

function table<Item>(
  heading: string,
  columns: readonly string[],
  { items, total }: Listed<Item>,
  cells: (item: Item) => readonly string[],
): TemplateResult {
  return html`<div>
    <h3>${heading}</h3>
    ${
      total === 0
        ? html`<p class="quiet">None.</p>`
        : html`<table>
            <thead>
              <tr>
                ${columns.map((column) => html`<th scope="col">${column}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${items.map(
                (item) =>
                  html`<tr>
                    ${cells(item).map((cell) => html`<td>${cell}</td>`)}
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
    ${total > items.length ? html`<p class="quiet">${countWords(items.length, total)} shown</p>` : nothing}
  </div>`;
}
