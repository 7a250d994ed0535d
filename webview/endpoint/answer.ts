/** What an endpoint answered: a table for each output, or why there is none. */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber } from '../../src/protocol/format';
import { type Tried } from '../../src/protocol/pages/endpoint';
import '../ui/states';
import { groups } from '../ui/styles';
import './tensorTable';

@customElement('lw-answer')
export class Answer extends LitElement {
  static override readonly styles = [
    groups,
    css`
      :host {
        display: block;
      }
      lw-tensor-table + lw-tensor-table {
        margin-top: 14px;
      }
    `,
  ];

  @property({ attribute: false }) tried!: Tried;

  protected override render() {
    const { status, tookMs, error, outputs } = this.tried;
    const took = `${formatNumber(tookMs)}\u2009ms`;
    if (status !== 200)
      return html`<lw-failed what=${`Answered ${String(status)} after ${took}.`} .cause=${error}></lw-failed>`;
    return html`<p class="quiet" role="status">Answered in ${took}, from here to the endpoint and back.</p>
      ${outputs.map((output) => html`<lw-tensor-table kind="Output" .tensor=${output}></lw-tensor-table>`)}`;
  }
}
