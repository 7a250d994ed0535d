/** `<lw-run-title>`: the name of the run, renamed in place, with its star and its pin. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { type RunRow } from '../../src/protocol/entities';
import { MAX_NAME_CHARS } from '../../src/protocol/lists';
import '../ui/controls';
import '../ui/states';
import '../ui/textField';
import { type SaveEvent, type TextField } from '../ui/textField';
import { causeOf, type RunHost } from './api';

@customElement('lw-run-title')
export class RunTitle extends LitElement {
  static override readonly styles = css`
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0 8px;
      min-width: 0;
      max-width: 100%;
    }
    h1 {
      flex: 0 1 auto;
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
    h1.editable {
      cursor: text;
    }
    .marks {
      display: inline-flex;
      flex: none;
      gap: 2px;
    }
    .starred {
      color: var(--vscode-charts-yellow, var(--vscode-foreground));
    }
    lw-text-field {
      flex: 1 1 min(100%, 420px);
      font-size: 1.2em;
    }
    lw-failed {
      flex: 1 1 100%;
    }
  `;

  @property({ attribute: false }) run!: RunRow;
  @property({ attribute: false }) host!: RunHost;
  @property({ type: Boolean }) editable = false;

  @state() private isEditing = false;
  @state() private problem: string | null = null;
  @query('lw-text-field') private readonly field!: TextField | null;

  rename = async (): Promise<void> => {
    if (!this.editable) return;
    this.isEditing = true;
    await this.updateComplete;
    await this.field?.edit();
  };

  protected override render() {
    const { name, starred, pinned } = this.run;
    return html`
      ${
        this.isEditing
          ? html`<lw-text-field
              label="Name of the run"
              limit=${MAX_NAME_CHARS}
              .value=${name}
              @lw-save=${(event: SaveEvent) => void this.save(event.value)}
              @lw-leave=${this.leave}
              @focusout=${this.leave}
            ></lw-text-field>`
          : html`<h1 class=${this.editable ? 'editable' : ''} title=${name} @click=${this.rename}>
              <bdi>${name}</bdi>
            </h1>`
      }
      ${
        this.editable
          ? html`<span class="marks"
              >${this.mark('starred', starred, starred ? 'star-full' : 'star-empty', 'Star')}${this.mark(
                'pinned',
                pinned,
                pinned ? 'pinned' : 'pin',
                'Pin to Top',
              )}</span
            >`
          : nothing
      }
      ${
        this.problem === null
          ? nothing
          : html`<lw-failed quiet what="The run could not be changed." .cause=${this.problem}></lw-failed>`
      }
    `;
  }

  private mark(
    what: 'starred' | 'pinned',
    isOn: boolean,
    icon: 'star-full' | 'star-empty' | 'pinned' | 'pin',
    label: string,
  ) {
    return html`<lw-button
      class=${isOn && what === 'starred' ? 'starred' : ''}
      kind="icon"
      icon=${icon}
      label=${label}
      .pressed=${isOn}
      @click=${() => void this.send({ [what]: !isOn })}
    ></lw-button>`;
  }

  private async save(text: string): Promise<void> {
    const name = text.trim();
    if (name !== '' && name !== this.run.name && !(await this.send({ name }))) return;
    this.leave();
  }

  private async send(change: { name?: string; starred?: boolean; pinned?: boolean }): Promise<boolean> {
    try {
      await this.host.request('edit', change);
      this.problem = null;
      return true;
    } catch (error) {
      this.problem = causeOf(error);
      return false;
    }
  }

  private readonly leave = () => {
    this.isEditing = false;
  };
}
