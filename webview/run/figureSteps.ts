/** `<lw-figure-steps>`: a figure or chart at one of its steps. Each step is asked for when one gets there. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Artifact } from '../../src/protocol/entities';
import { formatNumber } from '../../src/protocol/format';
import { type Figure } from '../../src/protocol/requests';
import '../ui/states';
import '../ui/stepSlider';
import { type StepEvent } from '../ui/stepSlider';
import { causeOf, type RunHost } from './api';
import './figure';
import './logged/logged';
import { type StateKeeper } from './pageState';

export const figureKey = ({ kind, last }: Figure): string => JSON.stringify([kind, last.name ?? last.path]);

@customElement('lw-figure-steps')
export class FigureSteps extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    lw-step-slider {
      margin-top: 4px;
    }
  `;

  @property({ attribute: false }) figure!: Figure;
  @property({ attribute: false }) host!: RunHost;
  @property({ attribute: false }) kept!: StateKeeper;

  @state() private shown: Artifact | null = null;
  @state() private problem: string | null = null;
  private wanted = -1;
  private isLoading = false;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('figure')) this.look();
  }

  /** The place of the step: the last as long as the reader has not chosen another. */
  private get index(): number {
    const { steps } = this.kept.current;
    const key = figureKey(this.figure);
    const last = this.figure.count - 1;
    return Math.min(last, (Object.hasOwn(steps, key) ? steps[key] : undefined) ?? last);
  }

  protected override render() {
    const { figure, shown } = this;
    const artifact = shown ?? figure.last;
    const name = artifact.name ?? artifact.path;
    return html`
      ${
        figure.kind === 'chart'
          ? html`<lw-logged .artifact=${artifact} .host=${this.host} .kept=${this.kept}></lw-logged>`
          : html`<lw-figure .artifact=${artifact} .host=${this.host} caption=${name}></lw-figure>`
      }
      ${
        figure.count > 1
          ? html`<lw-step-slider
              label="Step of ${name}"
              count=${figure.count}
              index=${this.index}
              words=${artifact.step === null ? 'no step' : `step ${formatNumber(artifact.step)}`}
              @lw-step=${this.onStep}
            ></lw-step-slider>`
          : nothing
      }
      ${this.problem === null ? nothing : html`<lw-failed quiet what="This step could not be read." .cause=${this.problem}></lw-failed>`}
    `;
  }

  private readonly onStep = ({ index }: StepEvent) => {
    this.kept.setStep(figureKey(this.figure), index === this.figure.count - 1 ? null : index);
    this.look();
    this.requestUpdate();
  };

  private look(): void {
    this.wanted = this.index;
    if (this.wanted === this.figure.count - 1) this.shown = this.figure.last;
    else void this.load();
  }

  /** One after the other, so that a slider that is dragged over thousands asks for where it stands. */
  private async load(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    let done = -1;
    while (done !== this.wanted && this.wanted < this.figure.count - 1) {
      done = this.wanted;
      const { last, kind } = this.figure;
      try {
        const { artifact } = await this.host.request('figureAt', { name: last.name ?? '', kind, index: done });
        if (artifact && this.wanted !== this.figure.count - 1) this.shown = artifact;
        this.problem = null;
      } catch (error) {
        this.problem = causeOf(error);
      }
    }
    this.isLoading = false;
  }
}
