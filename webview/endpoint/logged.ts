/** `<lw-logged-request>`: what the log has of one request: its inputs and outputs, and what turned out to be true of it. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type RecentRequest } from '../../src/protocol/endpoints';
import { formatNumber } from '../../src/protocol/format';
import { type LoggedLook } from '../../src/protocol/pages/endpoint';
import { exactTime } from '../charts/reading';
import { causeOf } from '../run/api';
import '../ui/controls';
import '../ui/keyValues';
import '../ui/states';
import { groups } from '../ui/styles';
import { type EndpointHost } from './api';
import { dialectWords, isFailed, isRefused, tookWords, visible, whenWords } from './recentWords';
import './tensorTable';
import { asTables } from './tensorTable';

/** Longer than the engine looks for it. */
const LIMIT_MS = 20_000;
/** What is answered is written within so much, mostly. */
const LOOK_AGAIN_MS = 700;

export class CloseEvent extends Event {
  static readonly type = 'lw-close';
  constructor() {
    super(CloseEvent.type);
  }
}

@customElement('lw-logged-request')
export class LoggedRequest extends LitElement {
  static override readonly styles = [
    groups,
    css`
      :host {
        display: block;
        margin-top: 10px;
        padding: 6px 12px 10px;
        border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        border-radius: 4px;
      }
      .top {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      .top h3 {
        margin: 0;
        min-width: 0;
        flex: 1 1 auto;
        overflow-wrap: anywhere;
      }
      .tables {
        display: flex;
        flex-wrap: wrap;
        gap: 12px 40px;
      }
      .tables > * {
        min-width: 0;
        max-width: 100%;
      }
      lw-key-values {
        margin-block: 4px;
      }
    `,
  ];

  @property({ attribute: false }) request!: RecentRequest;
  @property({ attribute: false }) host!: EndpointHost;
  @property({ type: Number }) nowMs = 0;

  @state() private look: LoggedLook | null = null;
  @state() private problem: string | null = null;
  @state() private isLooking = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('request');
    if (!changed.has('request') || (before?.number === this.request.number && before.timeMs === this.request.timeMs))
      return;
    this.look = null;
    void this.ask(true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  protected override render() {
    const { id } = this.request;
    return html`<section aria-label="Request ${visible(id)}">
      <div class="top">
        <h3>Request <bdi>${visible(id)}</bdi></h3>
        <lw-button icon="refresh" ?disabled=${this.isLooking} @click=${() => void this.ask(false)}
          >Look Again</lw-button
        >
        <lw-button
          kind="icon"
          icon="close"
          label="Close the Request"
          @click=${() => this.dispatchEvent(new CloseEvent())}
        ></lw-button>
      </div>
      ${this.renderFacts()} ${this.renderFound()}
    </section>`;
  }

  private renderFacts() {
    const { request, nowMs } = this;
    const { timeMs, dialect, version, rows, tookMs, status, failure } = request;
    const facts = [
      whenWords(timeMs, nowMs),
      dialectWords(dialect),
      ...(version === null ? [] : [`v${version}`]),
      ...(rows === null ? [] : [`${formatNumber(rows)} ${rows === 1 ? 'row' : 'rows'}`]),
      tookWords(tookMs),
      `status ${String(status)}`,
    ];
    return html`<p class="quiet">${facts.join(' · ')}</p>
      ${isFailed(request) ? html`<lw-failed what=${isRefused(request) ? 'It was refused.' : 'It failed.'} .cause=${failure ?? ''}></lw-failed>` : nothing}`;
  }

  private renderFound() {
    if (this.problem !== null)
      return html`<lw-failed
        quiet
        what="What the log has of it could not be read."
        .cause=${this.problem}
      ></lw-failed>`;
    if (!this.look) return html`<lw-loading></lw-loading>`;
    const { found, why } = this.look;
    if (!found) return html`<p role="status">${why}</p>`;
    const { inputs, outputs, more } = found;
    return html`${this.renderLabel(found)}
      ${inputs.length === 0 ? html`<p class="quiet">Its inputs could not be read, so the log has none.</p>` : nothing}
      <div class="tables">
        ${asTables(inputs).map((one) => html`<lw-tensor-table told kind="Input" .tensor=${one}></lw-tensor-table>`)}
        ${asTables(outputs).map((one) => html`<lw-tensor-table told kind="Output" .tensor=${one}></lw-tensor-table>`)}
      </div>
      ${more === 0 ? nothing : html`<p class="quiet">${formatNumber(more)} more inputs and outputs are not shown.</p>`}`;
  }

  private renderLabel({ label, isLabelSure }: NonNullable<LoggedLook['found']>) {
    if (!label)
      return html`<p class="quiet">
        ${
          isLabelSure
            ? 'No label has come for it (POST /feedback).'
            : 'No label was found for it; more was logged since than is looked through here.'
        }
      </p>`;
    const hint = exactTime(label.timeMs);
    const rows = [
      ...(label.label === null ? [] : [{ key: 'Label', value: label.label, hint }]),
      ...(label.metrics === null ? [] : [{ key: 'Metrics', value: label.metrics, hint }]),
      ...(label.comment === null ? [] : [{ key: 'Comment', value: label.comment, hint }]),
    ].map((row, at) => (at === 0 ? row : { key: row.key, value: row.value }));
    return html`<lw-key-values .rows=${rows}></lw-key-values>`;
  }

  /** @param isFirst it may not be written yet: then it is looked for once more by itself */
  private async ask(isFirst: boolean): Promise<void> {
    clearTimeout(this.timer);
    const { number, id, timeMs, tookMs } = this.request;
    const isCurrent = () => this.request.number === number && this.request.timeMs === timeMs;
    this.isLooking = true;
    try {
      const look = await this.host.request('logged', { id, timeMs, tookMs }, LIMIT_MS);
      if (!isCurrent()) return;
      this.look = look;
      this.problem = null;
      if (isFirst && !look.found && this.isConnected)
        this.timer = setTimeout(() => void this.ask(false), LOOK_AGAIN_MS);
    } catch (error) {
      if (isCurrent()) this.problem = causeOf(error);
    } finally {
      if (isCurrent()) this.isLooking = false;
    }
  }
}
