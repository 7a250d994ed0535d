/** `<lw-recent>`: the last requests, the newest first; one of them is opened below, where there is a log. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type RecentRequest } from '../../src/protocol/endpoints';
import { formatNumber } from '../../src/protocol/format';
import { type EndpointModel } from '../../src/protocol/pages/endpoint';
import '../ui/controls';
import '../ui/icon';
import { holdRows } from '../ui/rowAnchor';
import { groups, linkButton, scrollable, wordTable } from '../ui/styles';
import { type EndpointHost } from './api';
import './logged';
import { recentStyles } from './recentStyles';
import { dialectWords, isFailed, isRefused, keptWords, tookWords, visible, whenWords } from './recentWords';

const LEAST_HEIGHT = 140;

const keyOf = ({ timeMs, number }: RecentRequest): string => `${String(timeMs)} ${String(number)}`;

@customElement('lw-recent')
export class Recent extends LitElement {
  static override readonly styles = [groups, linkButton, scrollable, wordTable, recentStyles];

  @property({ attribute: false }) model!: EndpointModel;
  @property({ attribute: false }) host!: EndpointHost;

  /** As it was last told: an endpoint that is silent for a moment takes nothing away. */
  @state() private told: { readonly of: string; readonly recent: readonly RecentRequest[] | null } | null = null;
  /** While new ones are held back. */
  @state() private held: readonly RecentRequest[] | null = null;
  @state() private opened: RecentRequest | null = null;
  /** The row that has the focus stays, as the opened one does. */
  @state() private focused: RecentRequest | null = null;
  @query('.scroll') private readonly scroller!: HTMLElement | null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('model')) return;
    const { told, endpoint } = this.model;
    const of = `${String(endpoint.process.pid)} ${endpoint.process.start}`;
    // Another process counts from the beginning.
    if (this.told && this.told.of !== of) this.held = null;
    if (told) this.told = { of, recent: told.recent };
    else if (this.told?.of !== of) this.told = null;
    if (!this.isLogged && this.opened) this.shut();
  }

  /** A row that comes to stand elsewhere in the list takes the focus along. */
  protected override update(changed: PropertyValues<this>): void {
    const active = this.shadowRoot?.activeElement;
    const putBack = holdRows(this.scroller);
    super.update(changed);
    putBack();
    if (active instanceof HTMLElement && active.isConnected && this.shadowRoot?.activeElement !== active)
      active.focus({ preventScroll: true });
  }

  private get isLogged(): boolean {
    return this.model.endpoint.requestLog !== null;
  }

  protected override render() {
    const { endpoint } = this.model;
    return html`<div class="bar">
        <p class="kept">${keptWords(endpoint.requestLog)}</p>
        ${
          this.told?.recent && this.told.recent.length > 0
            ? html`<lw-button .pressed=${this.held !== null} @click=${this.toggleHeld}>Hold</lw-button>`
            : nothing
        }
      </div>
      ${this.renderList()}
      ${
        this.opened
          ? html`<lw-logged-request
              .request=${this.opened}
              .host=${this.host}
              nowMs=${this.model.nowMs}
              @lw-close=${this.close}
            ></lw-logged-request>`
          : nothing
      }`;
  }

  private renderList() {
    if (!this.told) return html`<p class="quiet">What was asked lately is told by the endpoint while it answers.</p>`;
    const { recent } = this.told;
    if (recent === null)
      return html`<p class="quiet">
        This endpoint is of an older build, which does not tell its requests. Restart it.
      </p>`;
    const shown = this.held ?? recent;
    if (shown.length === 0) return html`<p class="quiet">Nothing was asked since it was started.</p>`;
    const pinned = [this.opened, this.focused].filter((one) => one !== null);
    const keys = new Set(shown.map(keyOf));
    const rows = [...shown, ...pinned.filter((one) => !keys.has(keyOf(one)) && keys.add(keyOf(one)))];
    const newer = this.held ? recent.filter(({ number }) => number > (this.held?.[0]?.number ?? 0)).length : 0;
    return html`${
        this.held
          ? html`<p class="quiet" role="status">
              New requests are held
              back${newer === 0 ? '' : ` (${newer === recent.length ? `${String(newer)} or more` : String(newer)})`}.
            </p>`
          : nothing
      }
      <div class="scroll" tabindex="0" role="region" aria-label="The last requests">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col" class="wide">Protocol</th>
              <th scope="col" class="wide">Version</th>
              <th scope="col" class="number">Rows</th>
              <th scope="col" class="number">Latency</th>
              <th scope="col">Status</th>
              <th scope="col">Request Id</th>
            </tr>
          </thead>
          <tbody @focusin=${this.onFocus} @focusout=${this.onBlur}>
            ${repeat(rows, keyOf, (one) => this.renderRow(one))}
          </tbody>
        </table>
      </div>`;
  }

  private renderRow(one: RecentRequest) {
    const { timeMs, dialect, version, rows, tookMs, status, failure, id } = one;
    const isOpen = this.opened !== null && keyOf(this.opened) === keyOf(one);
    const when = whenWords(timeMs, this.model.nowMs);
    const failed = isFailed(one);
    const refused = isRefused(one);
    return html`<tr data-key=${keyOf(one)} class=${isOpen ? 'open' : ''}>
      <td title=${`${dialectWords(dialect)}${version === null ? '' : `, v${version}`}`}>
        ${
          this.isLogged
            ? html`<button
                class="link"
                type="button"
                aria-expanded=${String(isOpen)}
                @click=${() => this.toggle(one, isOpen)}
              >
                ${when}
              </button>`
            : when
        }
      </td>
      <td class="wide" title=${dialect}>${dialectWords(dialect)}</td>
      <td class="wide">${version === null ? '–' : `v${version}`}</td>
      <td class="number">${rows === null ? '–' : formatNumber(rows)}</td>
      <td class="number">${tookWords(tookMs)}</td>
      <td class="status">
        ${
          failed
            ? html`<span class="failed ${refused ? 'refused' : ''}" title=${failure ?? ''}
                ><lw-icon name=${refused ? 'warning' : 'error'}></lw-icon> ${status} <span>${failure ?? ''}</span></span
              >`
            : status
        }
      </td>
      <td class="id">
        <span><bdi title=${visible(id)}>${visible(id)}</bdi></span
        ><button
          class="copy"
          type="button"
          title="Copy Request Id"
          aria-label="Copy request id ${visible(id)}"
          @click=${() => this.host.command('copy', { text: id })}
        >
          <lw-icon name="copy"></lw-icon>
        </button>
      </td>
    </tr>`;
  }

  private toggle(one: RecentRequest, isOpen: boolean): void {
    if (isOpen) this.shut();
    else this.open(one);
  }

  /** What is read below the list is not pushed down by it as long as it is open. */
  private open(one: RecentRequest): void {
    const { scroller } = this;
    if (scroller && !this.opened) scroller.style.height = `${String(Math.max(LEAST_HEIGHT, scroller.offsetHeight))}px`;
    this.opened = one;
  }

  private shut(): void {
    this.opened = null;
    if (this.scroller) this.scroller.style.height = '';
  }

  /** Whoever closes it goes on where it was opened. */
  private readonly close = () => {
    const key = this.opened ? keyOf(this.opened) : '';
    this.renderRoot.querySelector<HTMLElement>(`tr[data-key="${key}"] button`)?.focus();
    this.shut();
  };

  private readonly toggleHeld = () => {
    this.held = this.held ? null : (this.told?.recent ?? null);
  };

  private readonly onFocus = (event: FocusEvent) => {
    const key = (event.target as Element).closest('tr')?.dataset.key;
    const shown = [...(this.held ?? this.told?.recent ?? []), ...(this.opened ? [this.opened] : [])];
    this.focused = shown.find((one) => keyOf(one) === key) ?? this.focused;
  };

  private readonly onBlur = () => {
    this.focused = null;
  };
}
