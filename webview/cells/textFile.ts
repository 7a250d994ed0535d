/** `<lw-cell-text .files=… path=…>`: an output that was too long for its record, read from its file when it is near. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { formatSize } from '../../src/protocol/format';
import { type ArtifactText } from '../../src/protocol/pages/run';
import '../ui/controls';
import '../ui/states';
import { linkButton } from '../ui/styles';
import { watchVisibility } from '../ui/visibility';
import { causeOf } from '../run/api';
import { type CellFiles } from './files';
import { outputStyles } from './outputStyles';

@customElement('lw-cell-text')
export class CellText extends LitElement {
  static override readonly styles = [
    linkButton,
    outputStyles,
    css`
      :host {
        display: block;
        min-height: 24px;
      }
    `,
  ];

  @property({ attribute: false }) files!: CellFiles;
  @property() path = '';
  /** How such a text is shown. Made anew by every render around this, and always the same. */
  @property({ attribute: false, hasChanged: () => false }) show!: (text: string) => TemplateResult;
  @state() private content: ArtifactText | null = null;
  @state() private problem: string | null = null;

  private stopWatching: (() => void) | null = null;
  private isAsked = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopWatching = watchVisibility(this, (isNear) => {
      if (isNear && !this.isAsked) void this.load();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopWatching?.();
  }

  protected override render() {
    if (this.problem !== null) {
      return html`<lw-failed quiet what="The output could not be read." .cause=${this.problem}
        ><lw-button @click=${() => void this.load()}>Retry</lw-button></lw-failed
      >`;
    }
    if (!this.content) return html`<lw-loading></lw-loading>`;
    const { text, isCut, sizeBytes } = this.content;
    return html`${this.show(text)}${
      isCut
        ? html`<p class="quiet">
            The beginning of ${formatSize(sizeBytes)}.
            <button class="link" type="button" @click=${() => this.files.open(this.path)}>Open Whole Output</button>
          </p>`
        : nothing
    }`;
  }

  private async load(): Promise<void> {
    this.isAsked = true;
    try {
      this.content = await this.files.text(this.path);
      this.problem = null;
    } catch (error) {
      this.problem = causeOf(error);
    }
  }
}
