/** `<lw-reproducibility>`: why a notebook may not give the same once more, each reason with the way to its cell. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { NotebookFacts } from '../../../src/protocol/notebooks';
import { type RunPageModel } from '../../../src/protocol/pages/run';
import { placeWords } from '../../cells/words';
import '../../ui/icon';
import { groups, linkButton } from '../../ui/styles';
import { type RunHost } from '../api';
import { countWords } from '../words';
import { Loaded, waiting } from './loading';
import { observedWords } from './notebookWords';

/** More are not read by anybody; the notebook's own diagnostics have all. */
const SHOWN = 200;

@customElement('lw-reproducibility')
export class Reproducibility extends LitElement {
  static override readonly styles = [
    linkButton,
    groups,
    css`
      :host {
        display: block;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: grid;
        grid-template-columns: 16px minmax(4.6em, auto) minmax(0, 1fr);
        gap: 0 8px;
        padding: 3px 6px 3px 0;
      }
      li:hover {
        background: var(--vscode-list-hoverBackground);
      }
      lw-icon {
        margin-top: 2px;
        color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
      }
      li span {
        overflow-wrap: anywhere;
        unicode-bidi: plaintext;
      }
    `,
  ];

  @property({ attribute: false }) page!: RunPageModel;
  @property({ attribute: false }) host!: RunHost;

  private readonly facts = new Loaded(this, async () =>
    NotebookFacts.parse((await this.host.request('facts', { section: 'notebook' })).facts),
  );

  protected override willUpdate(): void {
    this.facts.want(JSON.stringify([this.page.notebook?.findingCount, this.page.isComplete]));
  }

  protected override render() {
    const { value } = this.facts;
    if (value === null) return waiting(this.facts, 'The reasons could not be read.');
    const findings = value.findings ?? [];
    const observed = observedWords(this.page.notebook?.observed);
    return html`<ul>
        ${findings.slice(0, SHOWN).map(
          ({ message, ...place }) =>
            html`<li>
              <lw-icon name="warning" role="img" aria-label="warning"></lw-icon>
              ${
                place.cellIndex === null && place.cellId === null
                  ? html`<span></span>`
                  : html`<button class="link" type="button" title="Go to Cell" @click=${() => this.goTo(place)}>
                      ${placeWords(place) || 'cell'}
                    </button>`
              }
              <span>${message}</span>
            </li>`,
        )}
      </ul>
      ${findings.length === 0 ? html`<p class="quiet">No reason was found.</p>` : nothing}
      ${
        findings.length > SHOWN
          ? html`<p class="quiet">${countWords(SHOWN, findings.length)} reasons are shown.</p>`
          : nothing
      }
      ${observed === null ? nothing : html`<p class="quiet">${observed.title}</p>`}`;
  }

  private goTo({ cellId, cellIndex }: { cellId: string | null; cellIndex: number | null }): void {
    this.host.command('goToCell', { cellId, cellIndex });
  }
}
