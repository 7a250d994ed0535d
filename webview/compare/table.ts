/** `<lw-compared-table>`: what the runs have of one kind, a column for each run; only what differs, or everything. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type ComparedKind, type ComparedRow } from '../../src/protocol/compared';
import { type RunRow } from '../../src/protocol/entities';
import { goalOf } from '../../src/protocol/goal';
import { swatch } from '../charts/legend';
import { type ChartTheme, readChartTheme } from '../charts/theme';
import { causeOf } from '../run/api';
import { moreOf, Paged, waiting } from '../run/captured/loading';
import '../ui/controls';
import '../ui/icon';
import '../ui/menu';
import { type MenuEvent } from '../ui/menu';
import { type MenuItem } from '../ui/menuItem';
import { groups, scrollable, visuallyHidden, wordTable } from '../ui/styles';
import { onThemeChange } from '../ui/themeChange';
import { type CompareHost } from './api';
import { bestIndex } from './comparing';
import { comparedTable, valueText } from './tableText';

const COPIES: readonly MenuItem[] = [
  { id: 'tsv', label: 'Copy as TSV' },
  { id: 'csv', label: 'Copy as CSV' },
];

/** Rows that are copied or saved at most. */
const MAX_COPIED = 20_000;

@customElement('lw-compared-table')
export class ComparedTable extends LitElement {
  static override readonly styles = [
    groups,
    wordTable,
    scrollable,
    visuallyHidden,
    css`
      :host {
        display: block;
      }
      .scroll {
        max-height: 70vh;
      }
      table {
        width: auto;
        border-collapse: separate;
        border-spacing: 0;
      }
      thead th {
        position: sticky;
        top: 0;
        z-index: 1;
        min-width: 130px;
        max-width: 130px;
        background: var(--vscode-editor-background);
        vertical-align: bottom;
      }
      thead th div {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      thead svg {
        flex: none;
      }
      thead bdi {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      tbody th,
      thead th:first-child {
        position: sticky;
        left: 0;
        background: var(--vscode-editor-background);
      }
      thead th:first-child {
        z-index: 2;
      }
      tbody th {
        min-width: 180px;
        max-width: 180px;
        font-weight: 400;
        font-size: inherit;
        color: var(--vscode-descriptionForeground);
        border-bottom: 0;
      }
      td {
        min-width: 130px;
        max-width: 130px;
      }
      .top {
        display: flex;
        align-items: center;
        gap: 6px;
        margin-top: 14px;
        min-height: 26px;
      }
      h2 {
        margin: 0;
        font-size: inherit;
        font-weight: 600;
      }
      td > span {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 4;
        overflow: hidden;
        white-space: pre-wrap;
      }
      tr.same td {
        color: var(--vscode-descriptionForeground);
      }
      td.best > span {
        font-weight: 600;
      }
      td lw-icon {
        font-size: 12px;
        color: var(--vscode-charts-blue, var(--vscode-foreground));
      }
      .none {
        color: var(--vscode-descriptionForeground);
        font-style: italic;
      }
      .bar {
        margin: 6px 0;
      }
    `,
  ];

  @property({ attribute: false }) host!: CompareHost;
  @property() what: ComparedKind = 'param';
  @property() heading = '';
  /** In the order of the columns. */
  @property({ attribute: false }) runs: readonly RunRow[] = [];
  @property({ attribute: false }) slotOf: (runId: string) => number = () => 0;
  @property({ type: Boolean }) differences = true;
  @property() search = '';
  /** Read again when it is another. */
  @property({ type: Number }) version = 0;
  /** In words: `No parameter`. */
  @property() nothing = '';

  @state() private theme: ChartTheme = readChartTheme();
  @state() private copyProblem: string | null = null;
  private stopTheme: (() => void) | null = null;
  private readonly list = new Paged<ComparedRow>(this, async (pageToken) => {
    const page = await this.ask(pageToken);
    return { items: page.rows, next: page.nextPageToken };
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopTheme = onThemeChange(() => (this.theme = readChartTheme()));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopTheme?.();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const isOther = changed.has('differences') || changed.has('search') || changed.has('runs') || changed.has('what');
    // At once, rather than when it is time to look for what is new.
    if (isOther && this.list.hasLoaded) void this.list.restart();
    else if (isOther || changed.has('version')) this.list.want(this.stamp);
  }

  protected override render() {
    const { list } = this;
    const isEmpty = list.items.length === 0;
    return html`<div class="top">
        <h2>${this.heading}</h2>
        ${
          isEmpty
            ? nothing
            : html`<lw-menu
                icon="copy"
                label="Copy ${this.heading}"
                .items=${COPIES}
                @lw-menu=${({ id }: MenuEvent) => void this.copy(id === 'csv' ? ',' : '\t')}
              ></lw-menu>`
        }
      </div>
      ${this.renderRows()}`;
  }

  private renderRows() {
    const { list } = this;
    if (!list.hasLoaded) return waiting(list, 'The runs could not be compared.');
    if (list.items.length === 0) return html`<p class="quiet">${this.emptyWords()}</p>`;
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${this.heading}>
        <table>
          <thead>
            <tr>
              <th scope="col"><span class="visually-hidden">Name</span></th>
              ${this.runs.map(
                ({ runId, name }) =>
                  html`<th scope="col" title=${name}>
                    <div>${swatch(this.theme, this.slotOf(runId))}<bdi>${name}</bdi></div>
                  </th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${list.items.map(this.renderRow)}
          </tbody>
        </table>
      </div>
      <div class="bar">
        ${moreOf(list, 'Show More')}
        ${this.copyProblem === null ? nothing : html`<span role="alert">${this.copyProblem}</span>`}
      </div>
    `;
  }

  private readonly renderRow = ({ key, values, differs }: ComparedRow) => {
    const goal = this.what === 'metric' ? goalOf(key) : null;
    const best = goal === null || !differs ? -1 : bestIndex(values, goal);
    return html`<tr class=${differs ? '' : 'same'}>
      <th scope="row">${key}</th>
      ${values.map((value, index) => {
        if (value === null) return html`<td><span class="none">none</span></td>`;
        const text = valueText(this.what, key, value);
        return html`<td class=${index === best ? 'best' : ''} title=${String(value).slice(0, 1000)}>
          <span
            >${text}${
              index === best ? html` <lw-icon name="star-full" role="img" aria-label="best"></lw-icon>` : nothing
            }</span
          >
        </td>`;
      })}
    </tr>`;
  };

  private emptyWords(): string {
    if (this.search !== '') return `${this.nothing} with “${this.search}”.`;
    return this.differences ? `${this.nothing} differs.` : `${this.nothing}.`;
  }

  private get stamp(): string {
    const { what, differences, search, runs, version } = this;
    return JSON.stringify([what, differences, search, runs.map(({ runId }) => runId), version]);
  }

  private ask(pageToken: string | undefined) {
    return this.host.request('rows', {
      what: this.what,
      runIds: this.runs.map(({ runId }) => runId),
      onlyDifferences: this.differences,
      search: this.search,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
  }

  /** All rows, not only those that are shown. */
  private async copy(separator: '\t' | ','): Promise<void> {
    try {
      const rows: ComparedRow[] = [];
      for (let pageToken: string | undefined; rows.length < MAX_COPIED;) {
        const page = await this.ask(pageToken);
        rows.push(...page.rows);
        if (page.nextPageToken === null || page.rows.length === 0) break;
        pageToken = page.nextPageToken;
      }
      this.host.command('copy', {
        text: comparedTable(
          this.runs.map(({ name }) => name),
          rows,
          separator,
        ),
      });
      this.copyProblem = null;
    } catch (error) {
      this.copyProblem = `Nothing was copied: ${causeOf(error)}`;
    }
  }
}
