/** `<lw-figures>`: the figures and logged charts of a run; those of one name are one, with a slider over its steps. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type Figure } from '../../src/protocol/requests';
import { type RunHost } from './api';
import { moreOf, Paged, waiting } from './captured/loading';
import './figureSteps';
import { figureKey } from './figureSteps';
import { type StateKeeper } from './pageState';

@customElement('lw-figures')
export class Figures extends LitElement {
  static override readonly styles = css`
    :host {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 260px), 1fr));
      gap: 16px 12px;
      align-items: start;
    }
    lw-figure-steps[kind='chart'] {
      grid-column: span 2;
    }
    .more {
      grid-column: 1 / -1;
    }
    @container (max-width: 600px) {
      lw-figure-steps[kind='chart'] {
        grid-column: 1 / -1;
      }
    }
  `;

  @property({ attribute: false }) host!: RunHost;
  @property({ attribute: false }) kept!: StateKeeper;
  @property() stamp = '';

  private readonly list = new Paged<Figure>(this, async (pageToken) => {
    const reply = await this.host.request('figures', pageToken === undefined ? {} : { pageToken });
    return { items: reply.figures, next: reply.nextPageToken };
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stamp')) this.list.want(this.stamp);
  }

  protected override render() {
    const { list } = this;
    if (!list.hasLoaded) return waiting(list, 'The figures could not be listed.');
    return html`
      ${repeat(
        list.items,
        (figure) => figureKey(figure),
        (figure) =>
          html`<lw-figure-steps
            kind=${figure.kind}
            .figure=${figure}
            .host=${this.host}
            .kept=${this.kept}
          ></lw-figure-steps>`,
      )}
      ${list.next === null && list.problem === null ? nothing : html`<div class="more">${moreOf(list, 'Show More')}</div>`}
    `;
  }
}
