/** `<lw-pair-rows>`: what the runs of both versions have of one kind; metrics say which is better. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type ComparedRow } from '../../src/protocol/compared';
import { type VersionKind } from '../../src/protocol/comparedVersions';
import { fromWireNumber, type WireNumber } from '../../src/protocol/entities';
import { formatNumber } from '../../src/protocol/format';
import { verdict } from '../../src/protocol/modelWords';
import { moreOf, Paged, waiting } from '../run/captured/loading';
import '../ui/controls';
import { type FilterEvent } from '../ui/controls';
import '../ui/icon';
import { verdictStyles } from '../ui/styles';
import { type VersionsHost } from './api';
import { namesOf, type Pair, stampOf } from './model';
import { pairStyles, pairTable, type ShownRow, stateOf } from './pairTable';

/** Fewer than this are found by looking. */
const SEARCH_FROM = 9;
const DIGEST_CHARS = 8;
const DIGEST = /^[0-9a-f]{16,}$/;

@customElement('lw-pair-rows')
export class PairRowsList extends LitElement {
  static override readonly styles = [...pairStyles, verdictStyles];

  @property({ attribute: false }) host!: VersionsHost;
  @property({ attribute: false }) pair!: Pair;
  @property() what: VersionKind = 'param';
  /** In words: `No parameter`. */
  @property() nothing = '';
  @property() label = '';
  @property({ type: Boolean }) differences = true;
  /** Read again when it is another. */
  @property({ type: Number }) turn = 0;

  @state() private search = '';
  private runs: readonly (string | null)[] = [];
  private read = '';
  private readonly list = new Paged<ComparedRow>(this, async (pageToken) => {
    const page = await this.host.request('rows', {
      versions: namesOf(this.pair),
      what: this.what,
      onlyDifferences: this.differences,
      search: this.search,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    this.runs = page.runs;
    return { items: page.rows, next: page.nextPageToken };
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    const which = JSON.stringify([stampOf(this.pair), this.differences, this.search]);
    // At once, rather than when it is time to look for what is new.
    if (which !== this.read && this.list.hasLoaded) void this.list.restart();
    else if (which !== this.read || changed.has('turn')) this.list.want(JSON.stringify([which, this.turn]));
    this.read = which;
  }

  protected override render() {
    const { list, search } = this;
    if (!list.hasLoaded) return waiting(list, 'The versions could not be compared.');
    const hasSearch = search !== '' || list.items.length >= SEARCH_FROM;
    return html`${this.renderUnknown()}
    ${
      hasSearch
        ? html`<div class="bar">
            <lw-filter
              label="Filter ${this.label.toLowerCase()}"
              .value=${search}
              @lw-filter=${(event: FilterEvent) => {
                event.stopPropagation();
                this.search = event.value;
              }}
            ></lw-filter>
          </div>`
        : nothing
    }
    ${
      list.items.length === 0
        ? this.renderNone()
        : pairTable(
            {
              label: this.label,
              labels: this.pair.labels,
              ...(this.what === 'metric' ? { last: `${this.pair.labels[1]} is` } : {}),
            },
            list.items.map((row) => this.shown(row)),
          )
    }
    ${moreOf(list, 'Show More')}`;
  }

  /** Of which version there is nothing to say. */
  private renderUnknown() {
    const { labels } = this.pair;
    const unknown = labels.filter((_, at) => this.runs[at] === null);
    if (unknown.length === 0) return nothing;
    return html`<p class="quiet">Which run made ${unknown.join(' and ')} is not known, or it is gone.</p>`;
  }

  private renderNone() {
    if (this.search !== '') return html`<p class="quiet">${this.nothing} with “${this.search}”.</p>`;
    if (this.runs.every((run) => run === null)) return nothing;
    return html`<p class="quiet">${this.nothing}${this.differences ? ' differs' : ''}.</p>`;
  }

  private shown({ key, values, differs }: ComparedRow): ShownRow {
    const [left = null, right = null] = values;
    const isMetric = this.what === 'metric';
    const texts = [left, right].map((value) => (value === null ? null : String(value)));
    return {
      key,
      name: key,
      state: stateOf({ key, values: [texts[0] ?? null, texts[1] ?? null], differs }),
      cells: [
        ...[left, right].map((value) => (value === null ? null : this.text(value))),
        ...(isMetric ? [this.renderVerdict(key, left, right)] : []),
      ],
      titles: texts.map((text) => text ?? undefined),
    };
  }

  private text(value: string | number): string {
    if (this.what === 'metric') return formatNumber(Number(value));
    // Digests of data: enough of one to tell it from another.
    return this.what === 'input' && DIGEST.test(String(value)) ? String(value).slice(0, DIGEST_CHARS) : String(value);
  }

  private renderVerdict(key: string, left: string | number | null, right: string | number | null) {
    const [ours, theirs] = [right as WireNumber | null, left as WireNumber | null];
    const found = verdict(key, ours, theirs);
    if (!found) return html``;
    const rises = ours !== null && theirs !== null && fromWireNumber(ours) > fromWireNumber(theirs);
    return html`<span class="verdict ${found.kind}"
      >${found.kind === 'same' ? nothing : html`<lw-icon name=${rises ? 'arrow-up' : 'arrow-down'}></lw-icon>`}${found.text}</span
    >`;
  }
}
