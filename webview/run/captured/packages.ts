/** `<lw-packages>`: the packages of the run's environment, those that the script imported first. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../../ui/controls';
import { FilterEvent } from '../../ui/controls';
import { groups, wordTable } from '../../ui/styles';
import { type RunHost } from '../api';
import { countWords } from '../words';
import { filterPackages, type NamedPackage, requirementsOf } from './packageList';

const AT_A_TIME = 200;
/** Fewer packages than this are found without a filter. */
const FILTER_FROM = 12;

@customElement('lw-packages')
export class Packages extends LitElement {
  static override readonly styles = [
    groups,
    wordTable,
    css`
      :host {
        display: block;
      }
      .bar {
        margin-bottom: 4px;
      }
      lw-filter {
        flex: 0 1 260px;
      }
      table {
        table-layout: fixed;
      }
      .version {
        width: 26%;
      }
      .origin {
        width: 40%;
      }
    `,
  ];

  @property({ attribute: false }) packages: readonly NamedPackage[] = [];
  @property({ attribute: false }) host!: RunHost;
  @state() private filter = '';
  @state() private limit = AT_A_TIME;
  @state() private areOthersShown = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener(FilterEvent.type, this.onFilter);
  }

  protected override render() {
    const { packages, filter } = this;
    const found = filterPackages(packages, filter);
    const imported = found.filter((one) => one.imported);
    const others = found.filter((one) => !one.imported);
    // A search is meant for all of them.
    const areOthersShown = this.areOthersShown || filter !== '' || imported.length === 0;
    return html`
      <div class="bar">
        ${
          packages.length < FILTER_FROM
            ? nothing
            : html`<lw-filter label="Filter packages" .value=${filter}></lw-filter>
                <span class="quiet" role="status"
                  >${filter === '' ? '' : `${countWords(found.length, packages.length)} found`}</span
                >`
        }
        <lw-button icon="copy" @click=${this.copy}>Copy as requirements.txt</lw-button>
      </div>
      ${imported.length === 0 ? nothing : this.renderTable(imported, `Imported (${countWords(imported.length, imported.length)})`)}
      ${others.length === 0 ? nothing : this.renderOthers(others, areOthersShown)}
    `;
  }

  private renderOthers(others: readonly NamedPackage[], areShown: boolean) {
    const count = countWords(others.length, others.length);
    if (areShown) return this.renderTable(others, `Installed, not imported (${count})`);
    return html`<p>
      <lw-button @click=${() => (this.areOthersShown = true)}>Show ${count} Installed, Not Imported</lw-button>
    </p>`;
  }

  private renderTable(packages: readonly NamedPackage[], heading: string) {
    const shown = packages.slice(0, this.limit);
    const hasOrigins = shown.some(({ origin }) => origin !== null);
    return html`<table>
        <thead>
          <tr>
            <th scope="col">${heading}</th>
            <th scope="col" class="version">Version</th>
            ${hasOrigins ? html`<th scope="col" class="origin">From</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ name, version, origin }) =>
              html`<tr>
                <td>${name}</td>
                <td class="version">${version}</td>
                ${hasOrigins ? html`<td class="origin quiet">${origin}</td>` : nothing}
              </tr>`,
          )}
        </tbody>
      </table>
      ${
        shown.length === packages.length
          ? nothing
          : html`<p class="bar">
              <lw-button @click=${() => (this.limit += AT_A_TIME)}>Show More</lw-button>
              <span class="quiet">${countWords(shown.length, packages.length)} shown</span>
            </p>`
      }`;
  }

  private readonly copy = () => this.host.command('copy', { text: requirementsOf(this.packages) });

  private readonly onFilter = (event: Event) => {
    if (!(event instanceof FilterEvent)) return;
    this.filter = event.value;
    this.limit = AT_A_TIME;
  };
}
