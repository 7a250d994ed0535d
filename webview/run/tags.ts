/** `<lw-tags>`: the tags of a run, added, changed and taken away in place. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Tag } from '../../src/protocol/entities';
import { isMlflowTag, NOTE_TAG } from '../../src/protocol/mlflowTags';
import '../ui/controls';
import '../ui/states';
import { linkButton } from '../ui/styles';
import '../ui/textField';
import { type TextField } from '../ui/textField';
import { causeOf, type RunHost } from './api';

const MAX_KEY_CHARS = 250;
const MAX_VALUE_CHARS = 8000;

@customElement('lw-tags')
export class Tags extends LitElement {
  static override readonly styles = [
    linkButton,
    css`
      :host {
        display: block;
      }
      ul {
        list-style: none;
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        margin: 0 0 6px;
        padding: 0;
      }
      li {
        display: inline-flex;
        align-items: flex-start;
        max-width: 100%;
        box-sizing: border-box;
        padding: 1px 2px 1px 8px;
        border: 1px solid var(--vscode-panel-border);
        border-radius: 12px;
        line-height: 1.5;
      }
      li.plain {
        padding-inline-end: 8px;
      }
      .text {
        min-width: 0;
        max-height: 6em;
        overflow-y: auto;
        overflow-wrap: anywhere;
        white-space: pre-wrap;
        unicode-bidi: plaintext;
        text-align: start;
        color: inherit;
      }
      button.text:hover {
        color: inherit;
      }
      .key {
        color: var(--vscode-descriptionForeground);
      }
      form {
        display: grid;
        gap: 4px;
        margin-bottom: 6px;
      }
      .bar {
        display: flex;
        gap: 6px;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
      }
    `,
  ];

  @property({ attribute: false }) tags: readonly Tag[] = [];
  @property({ attribute: false }) host!: RunHost;
  @property({ type: Boolean }) editable = false;
  /** The tag that is edited; one without a key is new. */
  @state() private edited: Tag | null = null;
  @state() private problem: string | null = null;
  @state() private showsMlflow = false;

  async add(): Promise<void> {
    await this.begin({ key: '', value: '' });
  }

  protected override render() {
    const { editable } = this;
    const own = this.tags.filter(({ key }) => !isMlflowTag(key));
    // The note is on the page already.
    const mlflow = this.tags.filter(({ key }) => isMlflowTag(key) && key !== NOTE_TAG);
    return html`
      ${this.renderList('Tags', own, editable)}
      ${this.showsMlflow ? this.renderList("MLflow's tags", mlflow, false) : nothing}
      ${this.edited ? this.renderForm(this.edited) : nothing}
      ${
        this.problem === null
          ? nothing
          : html`<lw-failed quiet what="The tag could not be changed." .cause=${this.problem}></lw-failed>`
      }
      <div class="foot">
        ${editable && !this.edited ? html`<lw-button icon="add" @click=${() => this.add()}>Add Tag</lw-button>` : nothing}
        ${mlflow.length === 0 ? nothing : this.renderToggle(mlflow.length)}
      </div>
    `;
  }

  private renderList(label: string, tags: readonly Tag[], editable: boolean) {
    if (tags.length === 0) return nothing;
    return html`<ul aria-label=${label}>
      ${tags.map((tag) => this.renderTag(tag, editable))}
    </ul>`;
  }

  private renderToggle(count: number) {
    return html`<button
      class="link"
      type="button"
      aria-expanded=${String(this.showsMlflow)}
      @click=${() => (this.showsMlflow = !this.showsMlflow)}
    >
      ${this.showsMlflow ? "Hide MLflow's" : `Show ${String(count)} of MLflow's`}
    </button>`;
  }

  private renderTag(tag: Tag, editable: boolean) {
    const { key, value } = tag;
    const words = html`<span class="key">${key}</span> ${value}`;
    if (!editable) return html`<li class="plain"><span class="text">${words}</span></li>`;
    return html`<li>
      <button class="link text" type="button" title="Change ${key}" @click=${() => this.begin(tag)}>${words}</button
      ><lw-button
        kind="icon"
        icon="close"
        label="Remove ${key}"
        @click=${() => void this.send({ [key]: null })}
      ></lw-button>
    </li>`;
  }

  private renderForm({ key, value }: Tag) {
    return html`<form @lw-leave=${this.leave}>
      <lw-text-field
        label="Tag"
        limit=${MAX_KEY_CHARS}
        .value=${key}
        @lw-save=${this.save}
        @lw-leave=${this.leave}
      ></lw-text-field>
      <lw-text-field
        label="Value"
        limit=${MAX_VALUE_CHARS}
        .value=${value}
        @lw-save=${this.save}
        @lw-leave=${this.leave}
      ></lw-text-field>
      <div class="bar">
        <lw-button kind="primary" @click=${this.save}>Save</lw-button>
        <lw-button @click=${this.leave}>Cancel</lw-button>
      </div>
    </form>`;
  }

  private async begin(tag: Tag): Promise<void> {
    this.edited = tag;
    await this.updateComplete;
    await this.fields[tag.key === '' ? 0 : 1]?.edit();
  }

  private get fields(): TextField[] {
    return [...this.renderRoot.querySelectorAll<TextField>('lw-text-field')];
  }

  private readonly save = async () => {
    const [key, value] = this.fields.map(({ text }) => text.trim());
    const old = this.edited?.key ?? '';
    if (key === undefined || key === '') return;
    const renamed = old !== '' && old !== key ? { [old]: null } : {};
    if (await this.send({ ...renamed, [key]: value ?? '' })) this.leave();
  };

  private async send(tags: Record<string, string | null>): Promise<boolean> {
    try {
      await this.host.request('edit', { tags });
      this.problem = null;
      return true;
    } catch (error) {
      this.problem = causeOf(error);
      return false;
    }
  }

  private readonly leave = () => {
    this.edited = null;
  };
}
