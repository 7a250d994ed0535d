/** `<lw-data>`: what a run read and what it wrote, and what of that could not be seen. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type RunPageModel } from '../../../src/protocol/pages/run';
import { groups } from '../../ui/styles';
import { type RunHost } from '../api';
import './files';
import { Loaded } from './loading';
import { progressNote } from './progress';
import { lineageSentence, progressOf } from './words';

@customElement('lw-data')
export class Data extends LitElement {
  static override readonly styles = [
    groups,
    css`
      .group + .group {
        margin-top: 12px;
      }
    `,
  ];

  @property({ attribute: false }) page!: RunPageModel;
  @property({ attribute: false }) host!: RunHost;

  private readonly lineage = new Loaded(this, async () => {
    const { facts } = await this.host.request('facts', { section: 'lineage' });
    return facts;
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('page')) this.lineage.want(this.stamp);
  }

  protected override render() {
    const { inputs, outputs } = this.page.totals;
    const progress = progressOf(this.page, 'data');
    return html`
      ${inputs === 0 && outputs === 0 ? html`<p class="quiet">${this.emptyWords(progress.state)}</p>` : nothing}
      ${this.renderFiles('in', inputs)} ${this.renderFiles('out', outputs)}
      ${progressNote(progress, 'Files are listed as they are seen; sizes and digests come when the script has ended.', 'The digests could not be made.', this.host)}
      ${this.renderSentence()}
    `;
  }

  private renderFiles(direction: 'in' | 'out', total: number) {
    if (total === 0) return nothing;
    return html`<div class="group">
      <lw-files
        direction=${direction}
        .host=${this.host}
        .root=${this.page.root}
        .total=${total}
        ?pending=${progressOf(this.page, 'data').state === 'pending'}
        stamp=${this.stamp}
      ></lw-files>
    </div>`;
  }

  private renderSentence() {
    const sentence = this.lineage.value ? lineageSentence(this.lineage.value) : null;
    return sentence === null ? nothing : html`<p class="quiet">${sentence}</p>`;
  }

  private emptyWords(state: string): string {
    if (state === 'off') return 'Files were not to be captured for this run.';
    return state === 'pending' ? 'No file has been seen yet.' : 'No file was seen that this run read or wrote.';
  }

  private get stamp(): string {
    const { totals, work, isComplete } = this.page;
    return JSON.stringify([totals.inputs, totals.outputs, work.find(({ kind }) => kind === 'data'), isComplete]);
  }
}
