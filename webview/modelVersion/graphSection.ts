/** `<lw-graph-section>`: the graph of an ONNX model. What draws it is a script of its own, loaded when it is looked at. */
import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { OnnxInspection } from '../../src/protocol/inspection';
import type { CopyEvent, SaveEvent } from '../charts/cardEvents';
import { type GraphMarks, NO_MARKS } from '../graph/marks';
import '../ui/controls';
import '../ui/states';
import { causeOf } from '../run/api';
import { type Host, type RequestTable } from '../host';
import { type modelVersionCommands } from '../../src/protocol/pages/modelVersion';

@customElement('lw-graph-section')
export class GraphSection extends LitElement {
  @property({ attribute: false }) told!: OnnxInspection;
  @property({ attribute: false }) host!: Host<RequestTable, Pick<typeof modelVersionCommands, 'copy' | 'savePicture'>>;
  /** For the name of a file. */
  @property() heading = '';
  /** As `<lw-model-graph>` has them. */
  @property({ attribute: false }) marks?: GraphMarks;
  @state() private isThere = false;
  @state() private problem: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  protected override render() {
    if (this.problem !== null)
      return html`<lw-failed what="What draws the graph could not be loaded." .cause=${this.problem}
        ><lw-button kind="primary" @click=${() => void this.load()}>Retry</lw-button></lw-failed
      >`;
    if (!this.isThere) return html`<lw-loading></lw-loading>`;
    const { treeEnsembles, graph } = this.told;
    return html`${
        treeEnsembles.total === 0 ? nothing : html`<lw-tree-ensembles .ensembles=${treeEnsembles}></lw-tree-ensembles>`
      }
      <lw-model-graph
        .graph=${graph}
        heading=${this.heading}
        .marks=${this.marks ?? NO_MARKS}
        @lw-copy=${({ text }: CopyEvent) => this.host.command('copy', { text })}
        @lw-save=${this.onSave}
      ></lw-model-graph>`;
  }

  private async load(): Promise<void> {
    this.problem = null;
    try {
      await import('../graph/graph');
      this.isThere = true;
    } catch (error) {
      this.problem = causeOf(error);
    }
  }

  private readonly onSave = ({ heading, saved }: SaveEvent) => {
    if (saved.format !== 'csv') this.host.command('savePicture', { heading, ...saved });
  };
}
