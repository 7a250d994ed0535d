/** `<lw-compare-code>`: which files of each run's code differ from the first one's, each opening a diff editor. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type RunRow } from '../../src/protocol/entities';
import { type CodeDifference, type compareCommands, type compareRequests } from '../../src/protocol/pages/compare';
import { causeOf } from '../run/api';
import { countWords } from '../run/words';
import { formatNumber } from '../../src/protocol/format';
import '../ui/controls';
import '../ui/states';
import { groups, linkButton } from '../ui/styles';
import { type Host } from '../host';

/** Files of one run in the list; the diff editor's own list has more. */
const SHOWN_FILES = 200;

type CodeRun = Pick<RunRow, 'runId' | 'name'>;
type CodeHost = Host<Pick<typeof compareRequests, 'code'>, Pick<typeof compareCommands, 'openCodeDiff'>>;

type Found = { readonly difference: CodeDifference } | { readonly problem: string };

@customElement('lw-compare-code')
export class CompareCode extends LitElement {
  static override readonly styles = [
    groups,
    linkButton,
    css`
      :host {
        display: block;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 6em minmax(0, 1fr);
        gap: 12px;
        padding: 1px 6px;
      }
      li:hover {
        background: var(--vscode-list-hoverBackground);
      }
      h3 {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) host!: CodeHost;
  /** The first is the one that the others are held against. */
  @property({ attribute: false }) runs: readonly CodeRun[] = [];
  private readonly found = new Map<string, Found>();
  private readonly asked = new Set<string>();

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('runs')) void this.askAll();
  }

  protected override render() {
    const [first, ...others] = this.runs;
    if (!first) return nothing;
    return html`${
      others.length > 1
        ? html`<p class="quiet">From ${first.name}, the first of the runs, to each of the others.</p>`
        : html`<p class="quiet">From ${first.name} to the other.</p>`
    }
    ${others.map(
      (run) =>
        html`<div class="group">
          <h3>${run.name}</h3>
          ${this.renderFound(first, run)}
        </div>`,
    )}`;
  }

  private renderFound(first: CodeRun, run: CodeRun) {
    const found = this.found.get(pairOf(first, run));
    if (!found) return html`<lw-loading></lw-loading>`;
    if ('problem' in found)
      return html`<lw-failed quiet what="The code could not be compared." .cause=${found.problem}
        ><lw-button @click=${() => void this.ask(first, run)}>Retry</lw-button></lw-failed
      >`;
    const { files, count } = found.difference;
    if (count === 0) return html`<p class="quiet">The same code.</p>`;
    const shown = files.slice(0, SHOWN_FILES);
    return html`<ul>
        ${shown.map(
          ({ path, status }) =>
            html`<li>
              <span class="quiet">${status}</span
              ><button
                class="link"
                type="button"
                title="Compare ${path}"
                @click=${() => this.host.command('openCodeDiff', { from: first.runId, to: run.runId, path })}
              >
                ${path}
              </button>
            </li>`,
        )}
      </ul>
      ${count > shown.length ? html`<p class="quiet">${countWords(shown.length, count)} files are listed.</p>` : nothing}
      <p class="quiet">${formatNumber(count)} ${count === 1 ? 'file differs' : 'files differ'}.</p>`;
  }

  private async askAll(): Promise<void> {
    const [first, ...others] = this.runs;
    // One after the other: each reads two snapshots.
    for (const run of others) if (first && !this.asked.has(pairOf(first, run))) await this.ask(first, run);
  }

  private async ask(first: CodeRun, run: CodeRun): Promise<void> {
    const pair = pairOf(first, run);
    this.asked.add(pair);
    this.found.delete(pair);
    try {
      const difference = await this.host.request('code', { from: first.runId, to: run.runId });
      this.found.set(pair, { difference });
    } catch (error) {
      this.found.set(pair, { problem: causeOf(error) });
    }
    this.requestUpdate();
  }
}

const pairOf = (first: CodeRun, run: CodeRun): string => `${first.runId} ${run.runId}`;
