/** `<lw-ansi .text=…>`: text with a terminal's colours. Their variables come from an element around it, see `palette`. */
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { ansiStyles } from '../run/output/ansiStyles';
import { parseRgb } from '../run/output/contrast';
import { LineBlocks } from '../run/output/lineBlocks';
import { Terminal } from '../run/output/terminal';

const MAX_LINES = 5000;

/** Whether a text needs a terminal: escape sequences, backspaces, carriage returns that write over a line. */
// eslint-disable-next-line no-control-regex -- it is about those characters
const CONTROL = /[\u0008\u001B]|\r(?!\n)/;

export function needsTerminal(text: string): boolean {
  return CONTROL.test(text);
}

@customElement('lw-ansi')
export class Ansi extends LitElement {
  static override readonly styles = [
    ansiStyles,
    css`
      :host {
        display: block;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .block {
        content-visibility: auto;
        contain-intrinsic-block-size: auto 1600px;
      }
      .block:last-child {
        content-visibility: visible;
      }
    `,
  ];

  @property({ attribute: false }) text = '';
  @query('div') private readonly container!: HTMLElement;

  protected override render() {
    return html`<div></div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('text')) return;
    const terminal = new Terminal(MAX_LINES);
    terminal.write(this.text);
    this.container.replaceChildren();
    const background = parseRgb(getComputedStyle(this).getPropertyValue('--lw-ansi-background'));
    new LineBlocks(this.container, terminal, background).update();
  }
}
