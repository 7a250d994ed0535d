/** `<lw-logged>`: a chart that the script logged, drawn from the JSON of its artifact when it comes near. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Artifact } from '../../../src/protocol/entities';
import { LoggedChart, MAX_LOGGED_BYTES } from '../../../src/protocol/logged';
import '../../ui/controls';
import '../../ui/menu';
import { type MenuEvent } from '../../ui/menu';
import '../../ui/states';
import { LoadsWhenNear } from '../../ui/visibility';
import { causeOf, type RunHost } from '../api';
import { type StateKeeper } from '../pageState';
import { pngOf } from '../../charts/picture';
import './confusion';
import './curves';
import { type Curves } from './curves';
import { loggedText } from './loggedText';
import { shapeProblem } from './shape';
import './table';

const KINDS: Readonly<Record<LoggedChart['type'], string>> = {
  table: 'table',
  confusion_matrix: 'confusion matrix',
  roc: 'ROC curve',
  pr: 'precision and recall',
};

type Shown =
  | { readonly state: 'waiting' }
  | { readonly state: 'shown'; readonly chart: LoggedChart }
  | { readonly state: 'failed'; readonly cause: string };

@customElement('lw-logged')
export class Logged extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
      min-width: 0;
      min-height: 120px;
    }
    .head {
      display: flex;
      align-items: flex-start;
      gap: 4px;
      margin-bottom: 4px;
    }
    h3 {
      flex: 0 1 auto;
      min-width: 0;
      margin: 2px 0 0;
      font-size: inherit;
      font-weight: 600;
      overflow-wrap: anywhere;
      unicode-bidi: plaintext;
      text-align: start;
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      overflow: hidden;
    }
    .quiet {
      font-weight: 400;
      color: var(--vscode-descriptionForeground);
    }
  `;

  @property({ attribute: false }) artifact!: Artifact;
  @property({ attribute: false }) host!: RunHost;
  @property({ attribute: false }) kept!: StateKeeper;
  @state() private shown: Shown = { state: 'waiting' };

  private readonly nearness = new LoadsWhenNear(this, () => void this.load());
  private fetched = '';

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('artifact') && this.nearness.isNear) void this.load();
  }

  private get name(): string {
    return this.artifact.name ?? this.artifact.path;
  }

  protected override render() {
    const { shown, name } = this;
    const kind = shown.state === 'shown' ? `${shown.chart.type}/` : null;
    return html`<div class="head">
        <h3 title=${this.artifact.path}>
          ${kind !== null && name.startsWith(kind) ? name.slice(kind.length) : name}${
            shown.state === 'shown' ? html` <span class="quiet">${KINDS[shown.chart.type]}</span>` : nothing
          }
        </h3>
        ${shown.state === 'shown' ? this.renderMenu(shown.chart) : nothing}
      </div>
      ${this.renderShown()}`;
  }

  private renderMenu(chart: LoggedChart) {
    const isPicture = chart.type === 'roc' || chart.type === 'pr';
    const pictures = [
      { id: 'svg', label: 'Save as SVG…' },
      { id: 'png', label: 'Save as PNG…' },
    ];
    return html`<lw-menu
      label="Actions for ${this.name}"
      .items=${[
        { id: 'copy', label: 'Copy' },
        { id: 'csv', label: 'Save as CSV…' },
        ...(isPicture ? pictures : []),
        { id: 'open', label: 'Open File' },
      ]}
      @lw-menu=${({ id }: MenuEvent) => void this.act(id, chart)}
    ></lw-menu>`;
  }

  private async act(id: string, chart: LoggedChart): Promise<void> {
    const heading = this.name;
    if (id === 'copy') this.host.command('copy', { text: loggedText(chart, '\t') });
    else if (id === 'csv') this.host.command('saveText', { heading, text: loggedText(chart, ',') });
    else if (id === 'open') this.host.command('openArtifact', { path: this.artifact.path });
    else {
      const text = this.renderRoot.querySelector<Curves>('lw-curves')?.picture() ?? null;
      if (text === null) return;
      if (id === 'svg') this.host.command('savePicture', { format: 'svg', heading, text });
      else this.host.command('savePicture', { format: 'png', heading, base64: await pngOf(text) });
    }
  }

  private renderShown(): TemplateResult {
    const { shown } = this;
    if (shown.state === 'waiting') return html`<lw-loading></lw-loading>`;
    if (shown.state === 'failed') {
      return html`<lw-failed quiet what="This chart could not be drawn." .cause=${shown.cause}
        ><lw-button @click=${() => this.host.command('openArtifact', { path: this.artifact.path })}>Open</lw-button
        ><lw-button @click=${this.retry}>Retry</lw-button></lw-failed
      >`;
    }
    const { chart } = shown;
    switch (chart.type) {
      case 'table':
        return html`<lw-logged-table .name=${this.name} .table=${chart} .kept=${this.kept}></lw-logged-table>`;
      case 'confusion_matrix':
        return html`<lw-confusion .name=${this.name} .chart=${chart} .kept=${this.kept}></lw-confusion>`;
      case 'roc':
      case 'pr':
        return html`<lw-curves .name=${this.name} .chart=${chart} .kept=${this.kept}></lw-curves>`;
    }
  }

  private async load(): Promise<void> {
    const { path, sizeBytes } = this.artifact;
    const wanted = `${String(sizeBytes)} ${path}`;
    if (wanted === this.fetched) return;
    this.fetched = wanted;
    const found = await this.read(path, sizeBytes);
    if (wanted === this.fetched) this.shown = found;
  }

  private async read(path: string, sizeBytes: number): Promise<Shown> {
    if (sizeBytes > MAX_LOGGED_BYTES) return { state: 'failed', cause: 'It is larger than the page can show.' };
    try {
      const { text, isCut } = await this.host.request('artifactText', { path });
      if (isCut) return { state: 'failed', cause: 'It is larger than the page can show.' };
      const chart = LoggedChart.safeParse(JSON.parse(text));
      if (!chart.success) return { state: 'failed', cause: 'Its file has another form than a chart.' };
      const problem = shapeProblem(chart.data);
      return problem === null ? { state: 'shown', chart: chart.data } : { state: 'failed', cause: problem };
    } catch (error) {
      const cause = error instanceof SyntaxError ? `Its file is no JSON: ${error.message}` : causeOf(error);
      return { state: 'failed', cause };
    }
  }

  private readonly retry = () => {
    this.fetched = '';
    this.shown = { state: 'waiting' };
    void this.load();
  };
}
