/** The head of the page: which version it is, what it is called, how good it is, what can be done with it. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { fromWireNumber } from '../../src/protocol/entities';
import { formatNumber, formatRelative } from '../../src/protocol/format';
import { verdict } from '../../src/protocol/modelWords';
import { type ModelVersionModel, type VersionMetrics } from '../../src/protocol/pages/modelVersion';
import { absoluteTime } from '../run/words';
import '../ui/chip';
import '../ui/controls';
import '../ui/icon';
import '../ui/menu';
import { type MenuEvent } from '../ui/menu';
import { linkButton } from '../ui/styles';
import { type VersionHost } from './api';
import { besideWords, isFromFile } from './words';

/** The reader wants to write the description. */
export class DescribeEvent extends Event {
  static readonly type = 'lw-describe';
  constructor() {
    super(DescribeEvent.type);
  }
}

@customElement('lw-version-header')
export class VersionHeader extends LitElement {
  static override readonly styles = [
    linkButton,
    css`
      :host {
        display: block;
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 12px;
      }
      .title {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 2px 8px;
        flex: 1 1 220px;
        min-width: 0;
      }
      h1 {
        margin: 0;
        min-width: 0;
        font-size: 1.4em;
        font-weight: 600;
        line-height: 1.3;
        overflow-wrap: anywhere;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
      lw-chip {
        max-width: min(240px, 100%);
        max-height: 1.6em;
        overflow: hidden;
      }
      .quiet {
        color: var(--vscode-descriptionForeground);
        font-variant-numeric: tabular-nums;
        overflow-wrap: anywhere;
        max-height: 2.8em;
        overflow: hidden;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      .facts {
        margin-top: 4px;
      }
    `,
  ];

  @property({ attribute: false }) model!: ModelVersionModel;
  @property({ attribute: false }) metrics: VersionMetrics | null = null;
  @property({ attribute: false }) host!: VersionHost;

  protected override render() {
    const { version } = this.model;
    return html`
      <div class="top">
        <div class="title">
          <h1 title=${version.name}><bdi>${version.name}</bdi> v${version.version}</h1>
          ${version.aliases.map((alias) => html`<lw-chip title="An alias of this version">@${alias}</lw-chip>`)}
          ${version.stage === 'None' ? nothing : html`<lw-chip title="Its stage">${version.stage}</lw-chip>`}
          <span class="quiet">${this.scoreWords()}</span>
        </div>
        <div class="actions">${this.renderActions()}</div>
      </div>
      <div class="facts quiet">${this.renderFacts()}</div>
    `;
  }

  private renderActions() {
    const { canAct, version } = this.model;
    const edits = [
      { id: 'setAlias', label: 'Set Alias…' },
      { id: 'setStage', label: 'Set Stage…' },
      { id: 'approve', label: 'Approve' },
      { id: 'convert', label: 'Convert to ONNX…' },
      ...(version.aliases.length > 0 ? [{ id: 'removeAlias', label: 'Remove Alias' }] : []),
      { id: 'describe', label: version.description === '' ? 'Add Description' : 'Edit Description' },
      { id: 'delete', label: 'Delete Version', isFirstOfGroup: true },
    ];
    return html`${
        canAct
          ? html`<lw-button kind="primary" @click=${() => this.host.command('promote', {})}>Promote…</lw-button>`
          : nothing
      }
      <lw-button @click=${() => this.host.command('compare', {})}>Compare with…</lw-button>
      <lw-button @click=${() => this.host.command('copyUri', {})}>Copy URI</lw-button>
      ${canAct ? html`<lw-menu label="More Actions" .items=${edits} @lw-menu=${this.onMenu}></lw-menu>` : nothing}`;
  }

  /** `auc 0.941 · 0.012 better than v5 @champion` */
  private scoreWords(): string {
    const { headline } = this.model.version;
    if (!headline) return '';
    const score = `${headline.key} ${formatNumber(fromWireNumber(headline.value))}`;
    const [beside] = this.metrics?.beside ?? [];
    const row = this.metrics?.metrics.find(({ key }) => key === headline.key);
    const found = verdict(headline.key, row?.values[0] ?? null, row?.values[1] ?? null);
    if (!beside || !found) return score;
    return `${score} · ${found.text} ${found.kind === 'same' ? 'as' : 'than'} ${besideWords(beside)}`;
  }

  private renderFacts() {
    const { version, origin, approvals } = this.model;
    const { createdMs, user, run, status, statusMessage, source } = version;
    const name = origin?.run.name ?? run?.name ?? null;
    return html`<span title=${absoluteTime(createdMs)}>registered ${formatRelative(createdMs, Date.now())}</span>${
        user === '' ? nothing : html` by <bdi>${user}</bdi>`
      }${
        origin
          ? html` ·
              <span
                >from
                <button class="link" type="button" @click=${() => this.host.command('openRun', {})}>
                  <bdi>${name}</bdi>
                </button></span
              >`
          : run === null && isFromFile(source)
            ? html` · <span title=${source}>from a file, of no known run</span>`
            : nothing
      }${approvals
        .filter(({ isCurrent }) => isCurrent)
        .map(({ by, why }) => html` · <span title=${why ?? ''}>approved by <bdi>${by}</bdi></span>`)}${
        status === 'READY' ? nothing : html` · <strong>${STATUS_WORDS[status]}</strong> ${statusMessage}`
      }`;
  }

  private readonly onMenu = ({ id }: MenuEvent) => {
    if (id === 'describe') this.dispatchEvent(new DescribeEvent());
    else if (isAct(id)) this.host.command(id, {});
  };
}

const ACTS = ['setAlias', 'setStage', 'approve', 'convert', 'removeAlias', 'delete'] as const;
const isAct = (id: string): id is (typeof ACTS)[number] => (ACTS as readonly string[]).includes(id);

const STATUS_WORDS = {
  PENDING_REGISTRATION: 'its files are being kept',
  FAILED_REGISTRATION: 'its files could not be kept apart.',
} as const;
