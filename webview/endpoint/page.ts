/** `<lw-endpoint>`: the page of an endpoint. It asks for it while it is seen, and lays it out. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { EndpointFile } from '../../src/protocol/endpoints';
import { type EndpointModel } from '../../src/protocol/pages/endpoint';
import { pageStyles } from '../run/pageStyles';
import '../ui/icon';
import '../ui/keyValues';
import { pageProblem } from '../ui/pageProblem';
import { restoreScroll } from '../ui/scrollMemory';
import '../ui/section';
import { type ToggleEvent } from '../ui/section';
import '../ui/states';
import { type EndpointHost } from './api';
import './charts';
import './failures';
import './header';
import { EndpointPageModel } from './model';
import { EndpointKeeper, readEndpointState } from './state';
import './recent';
import './tryIt';
import { isOver, settingsOf, stateSentence, STATES } from './words';

type SectionId = 'load' | 'try' | 'recent' | 'failures' | 'settings';

@customElement('lw-endpoint')
export class EndpointPage extends LitElement {
  static override readonly styles = [
    pageStyles,
    css`
      .why {
        display: flex;
        gap: 6px;
        align-items: baseline;
        margin: 8px 20px 0;
        overflow-wrap: anywhere;
      }
      .why lw-icon {
        align-self: flex-start;
      }
      .bad lw-icon {
        color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
      }
      .odd lw-icon {
        color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
      }
      @container (max-width: 480px) {
        .why {
          margin-inline: 12px;
        }
      }
    `,
  ];

  @property({ attribute: false }) host!: EndpointHost;

  private model!: EndpointPageModel;
  private kept!: EndpointKeeper;
  private hasShown = false;

  override connectedCallback(): void {
    super.connectedCallback();
    const { host } = this;
    const given = document.querySelector<HTMLMetaElement>('meta[name="loopwright-state"]')?.content;
    this.kept = new EndpointKeeper(readEndpointState(host.state, given), (state) => (host.state = state));
    // Also a page that never loads must be known again after a restart.
    this.kept.flush();
    this.model = new EndpointPageModel(host, () => this.onChange());
    this.model.start();
    window.addEventListener('scroll', this.onScroll, { passive: true });
    window.addEventListener('pagehide', this.onHide);
    document.addEventListener('visibilitychange', this.onHide);
  }

  private onChange(): void {
    const { page } = this.model;
    if (page) this.keepLast(page);
    this.requestUpdate();
  }

  /** One that was stopped is started again by that. */
  private keepLast({ endpoint }: EndpointModel): void {
    const last = EndpointFile.safeParse(endpoint).data;
    if (last && JSON.stringify(last) !== JSON.stringify(this.kept.current.last)) this.kept.change({ last });
  }

  protected override render() {
    const { page, problem } = this.model;
    if (!page)
      return problem === null ? html`<lw-loading class="state"></lw-loading>` : this.renderProblem(problem, false);
    return html`
      <div class="head"><lw-endpoint-header .model=${page} .host=${this.host}></lw-endpoint-header></div>
      ${problem === null ? nothing : this.renderProblem(problem, true)} ${this.renderWhy(page)}
      <main>${this.renderSections(page)}</main>
    `;
  }

  protected override updated(): void {
    if (this.hasShown || !this.model.page) return;
    this.hasShown = true;
    restoreScroll(this.kept.current.scrollTop);
  }

  private renderProblem(cause: string, isOld: boolean) {
    return pageProblem(
      isOld
        ? 'What you see may be out of date: the endpoint could not be looked at again.'
        : 'The endpoint could not be looked at.',
      cause,
      { retry: this.model.retry, showLog: () => this.host.command('showLog', {}) },
    );
  }

  private renderWhy({ endpoint }: EndpointModel) {
    const said = stateSentence(endpoint);
    if (said === '') return nothing;
    const { icon, kind } = STATES[endpoint.state];
    return html`<div class="why ${kind}"><lw-icon name=${icon}></lw-icon><span>${said}</span></div>`;
  }

  private renderSections(page: EndpointModel) {
    const { endpoint, told } = page;
    const over = isOver(endpoint.state);
    const failures = told?.troubles.reduce((sum, { count }) => sum + count, 0) ?? 0;
    return html`${this.section(
      'load',
      'Last Minutes',
      '',
      () =>
        html`<lw-endpoint-charts .samples=${this.model.samples} .host=${this.host} ?over=${over}></lw-endpoint-charts>`,
    )}
    ${this.section(
      'try',
      'Try It',
      '',
      () =>
        html`<lw-try-it
          .host=${this.host}
          .kept=${this.kept}
          ?ready=${endpoint.state === 'ready'}
          ?windows=${page.isWindows}
          deadlineMs=${endpoint.deadlineMs}
          stamp="${endpoint.process.pid} ${endpoint.startedMs} ${endpoint.version} ${endpoint.file}"
        ></lw-try-it>`,
    )}
    ${this.section(
      'recent',
      'Recent Requests',
      '',
      () => html`<lw-recent .model=${page} .host=${this.host}></lw-recent>`,
    )}
    ${this.section(
      'failures',
      'Failures',
      failures === 0 ? '' : String(failures),
      () => html`<lw-failures .model=${page}></lw-failures>`,
    )}
    ${this.section('settings', 'Settings', '', () => html`<lw-key-values .rows=${settingsOf(page)}></lw-key-values>`)}`;
  }

  private section(id: SectionId, heading: string, shown: string, content: () => TemplateResult) {
    const isOpen = this.kept.current.open[id] ?? true;
    return html`<lw-section
      data-section=${id}
      heading=${heading}
      count=${shown}
      ?open=${isOpen}
      @lw-toggle=${(event: ToggleEvent) => {
        this.kept.change({ open: { ...this.kept.current.open, [id]: event.isOpen } });
        this.requestUpdate();
      }}
      >${isOpen ? content() : nothing}</lw-section
    >`;
  }

  private readonly onScroll = () => {
    if (this.hasShown) this.kept.change({ scrollTop: window.scrollY });
  };

  private readonly onHide = () => this.kept.flush();
}
