/** `<lw-note>`: the user's own words on what a page is about, shown as Markdown and edited in place. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { MAX_NOTE_CHARS } from '../../src/protocol/lists';
import { causeOf } from '../run/api';
import '../ui/controls';
import '../ui/states';
import { linkButton, scrollable } from '../ui/styles';
import '../ui/textField';
import { type SaveEvent, type TextField, type TypedEvent } from '../ui/textField';
import { renderMarkdown } from './markdown';
import { noteStyles } from './noteStyles';

/** What the page does for it. */
export interface NoteOwner {
  /** What was written when the page was left; undefined where nothing is being written. */
  readonly draft: string | undefined;
  keepDraft(draft: string | undefined): void;
  /** Resolves when it is kept. */
  save(text: string): Promise<unknown>;
  openLink(url: string): void;
}

@customElement('lw-note')
export class Note extends LitElement {
  static override readonly styles = [
    linkButton,
    scrollable,
    noteStyles,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 8px;
        margin-top: 6px;
      }
      .quiet {
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property() note = '';
  /** What it is called on the page. */
  @property() word = 'note';
  @property({ type: Number }) limit = MAX_NOTE_CHARS;
  @property({ attribute: false }) owner!: NoteOwner;
  @property({ type: Boolean }) editable = false;

  /** What the note was when editing began; null while it is only read. */
  @state() private base: string | null = null;
  @state() private problem: string | null = null;
  @state() private isSaving = false;
  @query('lw-text-field') private readonly field!: TextField | null;
  private shown: { readonly text: string; readonly content: ReturnType<typeof renderMarkdown> } | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    // A page that was reloaded goes on with what had been written.
    if (this.editable && this.owner.draft !== undefined) this.base = this.note;
  }

  async edit(): Promise<void> {
    if (!this.editable) return;
    this.base ??= this.note;
    await this.updateComplete;
    await this.field?.edit();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('editable') && !this.editable) this.base = null;
  }

  protected override render() {
    return this.base === null ? this.renderNote() : this.renderEditor(this.base);
  }

  private renderNote() {
    if (this.note === '') return html`<p class="quiet">No ${this.word} yet.</p>`;
    if (this.shown?.text !== this.note) {
      const openLink = (url: string) => this.owner.openLink(url);
      this.shown = { text: this.note, content: renderMarkdown(this.note, openLink) };
    }
    return html`<div class="note" @dblclick=${() => void this.edit()}>${this.shown.content}</div>`;
  }

  private renderEditor(base: string) {
    const isOther = this.note !== base;
    return html`
      ${
        isOther
          ? html`<div class="bar" role="alert">
              <span>The ${this.word} was changed elsewhere meanwhile. Saving replaces that.</span>
              <lw-button @click=${this.takeOther}>Take the Other</lw-button>
            </div>`
          : nothing
      }
      <lw-text-field
        multiline
        label="${titled(this.word)}, in Markdown"
        limit=${this.limit}
        .value=${this.owner.draft ?? base}
        @lw-typed=${(event: TypedEvent) => this.owner.keepDraft(event.value)}
        @lw-save=${(event: SaveEvent) => void this.save(event.value)}
        @lw-leave=${this.leave}
      ></lw-text-field>
      <div class="bar">
        <lw-button kind="primary" ?disabled=${this.isSaving} @click=${() => void this.save(this.field?.text ?? base)}
          >Save</lw-button
        >
        <lw-button @click=${this.leave}>Cancel</lw-button>
        <span class="quiet">Markdown. Ctrl+Enter saves, Escape leaves.</span>
        ${
          this.problem === null
            ? nothing
            : html`<lw-failed quiet what="The ${this.word} could not be saved." .cause=${this.problem}></lw-failed>`
        }
      </div>
    `;
  }

  private async save(note: string): Promise<void> {
    this.isSaving = true;
    try {
      await this.owner.save(note);
      this.problem = null;
      this.note = note;
      this.leave();
    } catch (error) {
      this.problem = causeOf(error);
    }
    this.isSaving = false;
  }

  private readonly takeOther = () => {
    this.base = this.note;
    this.owner.keepDraft(undefined);
    if (this.field) this.field.value = this.note;
  };

  private readonly leave = () => {
    this.base = null;
    this.problem = null;
    this.owner.keepDraft(undefined);
    this.dispatchEvent(new Event('lw-left'));
  };
}

const titled = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
