/** `<lw-models>`: the fitted models of a run and what keeping them has cost. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type RunPageModel } from '../../../src/protocol/pages/run';
import '../../ui/icon';
import { groups, linkButton } from '../../ui/styles';
import { type RunHost } from '../api';
import { Loaded } from './loading';
import { progressNote } from './progress';
import { collectModels, modelWords } from './modelList';
import { progressOf } from './words';

@customElement('lw-models')
export class Models extends LitElement {
  static override readonly styles = [
    linkButton,
    groups,
    css`
      :host {
        display: block;
      }
      ul {
        list-style: none;
        margin: 0 0 6px;
        padding: 0;
      }
      li {
        display: flex;
        align-items: baseline;
        gap: 6px;
        padding: 2px 6px;
        border-radius: 3px;
      }
      li:hover {
        background: var(--vscode-list-hoverBackground);
      }
      li > div {
        min-width: 0;
        overflow-wrap: anywhere;
      }
      lw-icon {
        align-self: flex-start;
        margin-top: 2px;
        color: var(--vscode-icon-foreground);
      }
    `,
  ];

  @property({ attribute: false }) page!: RunPageModel;
  @property({ attribute: false }) host!: RunHost;

  private readonly facts = new Loaded(
    this,
    async () => (await this.host.request('facts', { section: 'models' })).facts,
  );

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('page')) return;
    const { work, isComplete, artifacts } = this.page;
    const paths = artifacts.filter(({ kind }) => kind === 'model').map(({ path }) => path);
    this.facts.want(JSON.stringify([paths, work.find(({ kind }) => kind === 'models'), isComplete]));
  }

  protected override render() {
    const models = collectModels(this.facts.value ?? {}, this.page.artifacts);
    const progress = progressOf(this.page, 'models');
    return html`
      ${
        models.length === 0
          ? nothing
          : html`<ul aria-label="Models">
              ${repeat(
                models,
                ({ path }) => path,
                (model) => {
                  const { title, path } = model;
                  return html`<li>
                    <lw-icon name="package"></lw-icon>
                    <div>
                      <button
                        class="link"
                        type="button"
                        title="Open ${path}"
                        @click=${() => this.host.command('openArtifact', { path })}
                      >
                        ${title}
                      </button>
                      <div class="quiet">${modelWords(model)}</div>
                    </div>
                  </li>`;
                },
              )}
            </ul>`
      }
      ${
        progress.state === 'failed' || (models.length > 0 && progress.state === 'pending')
          ? progressNote(
              progress,
              'ONNX forms are made when the script has ended…',
              'The models could not be converted.',
              this.host,
            )
          : nothing
      }
    `;
  }
}
