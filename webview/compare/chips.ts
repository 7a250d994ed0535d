/** `<lw-run-chips>`: the runs that are compared, each in its colour: shown or hidden, opened, removed. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type RunRow } from '../../src/protocol/entities';
import { swatch } from '../charts/legend';
import { type ChartTheme, readChartTheme } from '../charts/theme';
import { STATES } from '../run/words';
import '../ui/controls';
import '../ui/icon';
import { onThemeChange } from '../ui/themeChange';
import { type CompareHost } from './api';

/** The runs that are hidden from now on. */
export class HiddenEvent extends Event {
  static readonly type = 'lw-hidden';
  constructor(readonly hidden: readonly string[]) {
    super(HiddenEvent.type);
  }
}

@customElement('lw-run-chips')
export class RunChips extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    ul {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 6px;
      max-height: 96px;
      margin: 0;
      padding: 0;
      overflow-y: auto;
      list-style: none;
    }
    li {
      display: flex;
      align-items: center;
      max-width: min(100%, 300px);
      box-sizing: border-box;
      border: 1px solid var(--vscode-panel-border);
      border-radius: 13px;
      padding-inline: 3px;
    }
    li.is-hidden .toggle {
      color: var(--vscode-disabledForeground);
      text-decoration: line-through;
    }
    li.is-hidden svg {
      opacity: 0.35;
    }
    .toggle {
      appearance: none;
      display: flex;
      align-items: center;
      gap: 6px;
      min-width: 0;
      padding: 2px 4px;
      background: none;
      border: 0;
      border-radius: 11px;
      font: inherit;
      color: inherit;
      cursor: pointer;
    }
    .toggle:focus-visible {
      outline: 1px solid var(--vscode-focusBorder);
    }
    .toggle:hover {
      background: var(--vscode-list-hoverBackground);
    }
    bdi {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    svg {
      flex: none;
    }
    .best {
      color: var(--vscode-charts-blue, var(--vscode-foreground));
    }
    .deleted {
      color: var(--vscode-descriptionForeground);
    }
  `;

  @property({ attribute: false }) host!: CompareHost;
  /** In the order in which they are shown. */
  @property({ attribute: false }) runs: readonly RunRow[] = [];
  @property({ attribute: false }) hiddenRuns: readonly string[] = [];
  @property({ attribute: false }) slotOf: (runId: string) => number = () => 0;
  @property() best = '';
  @property() bestWords = '';
  @state() private theme: ChartTheme = readChartTheme();
  private stopTheme: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopTheme = onThemeChange(() => (this.theme = readChartTheme()));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopTheme?.();
  }

  protected override render() {
    return html`<ul aria-label="Compared runs">
      ${repeat(this.runs, ({ runId }) => runId, this.renderChip)}
      <li class="add">
        <lw-button
          kind="icon"
          icon="add"
          label="Add Runs…"
          @click=${() => this.host.command('addRuns', {})}
        ></lw-button>
      </li>
    </ul>`;
  }

  private readonly renderChip = ({ runId, name, timing, deleted }: RunRow) => {
    const isHidden = this.hiddenRuns.includes(runId);
    const { word } = STATES[timing.status];
    const label = name.slice(0, 80);
    return html`<li class=${isHidden ? 'is-hidden' : ''}>
      <button
        class="toggle"
        type="button"
        aria-pressed=${String(!isHidden)}
        title="${isHidden ? 'Show' : 'Hide'} ${name} (${word})"
        @click=${() => this.toggle(runId)}
      >
        ${swatch(this.theme, this.slotOf(runId))}<bdi>${name}</bdi>${
          deleted ? html`<span class="deleted">deleted</span>` : nothing
        }
      </button>
      ${
        runId === this.best
          ? html`<span class="best" title=${this.bestWords}
              ><lw-icon name="star-full" role="img" aria-label=${this.bestWords}></lw-icon
            ></span>`
          : nothing
      }
      <lw-button
        kind="icon"
        icon="link-external"
        label="Open ${label}"
        @click=${() => this.host.command('openRun', { runId })}
      ></lw-button>
      <lw-button
        kind="icon"
        icon="close"
        label="Remove ${label} from the Comparison"
        @click=${() => this.host.command('removeRun', { runId })}
      ></lw-button>
    </li>`;
  };

  private toggle(runId: string): void {
    const others = this.hiddenRuns.filter((id) => id !== runId);
    const isHidden = others.length !== this.hiddenRuns.length;
    this.dispatchEvent(new HiddenEvent(isHidden ? others : [...others, runId]));
  }
}
