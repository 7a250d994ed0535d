/** `<lw-metric-bar>`: how all charts of the section are drawn, and beside which other runs. */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type SeriesAxis } from '../../src/protocol/entities';
import { type ChartSettings, type Rival } from '../../src/protocol/pages/charts';
import '../ui/controls';
import '../ui/fields';
import { type ChoiceEvent, type SlideEvent } from '../ui/fields';
import '../ui/menu';
import { type MenuEvent } from '../ui/menu';
import { type MenuItem } from '../ui/menuItem';
import { axisValue } from './chartPlan';

export class SettingsEvent extends Event {
  static readonly type = 'lw-settings';
  constructor(readonly change: Partial<ChartSettings>) {
    super(SettingsEvent.type);
  }
}

/** The user wants to choose something that this bar does not have: a metric for the axis, another run. */
export class AskEvent extends Event {
  static readonly type = 'lw-ask';
  constructor(readonly what: 'axis' | 'run') {
    super(AskEvent.type);
  }
}

export class RivalEvent extends Event {
  static readonly type = 'lw-rival';
  constructor(
    readonly rival: Rival,
    readonly isWanted: boolean,
  ) {
    super(RivalEvent.type);
  }
}

const OTHER_METRIC = 'other';
const MAX_NAME = 40;

@customElement('lw-metric-bar')
export class MetricBar extends LitElement {
  static override readonly styles = css`
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 14px;
      min-width: 0;
    }
  `;

  @property({ attribute: false }) settings!: ChartSettings;
  @property({ attribute: false }) rivals: readonly Rival[] = [];
  /** Those that need no choosing. */
  @property({ attribute: false }) parent: Rival | null = null;
  @property({ attribute: false }) best: Rival | null = null;

  protected override render() {
    const { axis, log, smoothing } = this.settings;
    return html`
      <lw-select
        label="X"
        .value=${axisValue(axis)}
        .choices=${[
          { value: 'step', label: 'Step' },
          { value: 'time', label: 'Time' },
          ...(axis.by === 'metric' ? [{ value: axisValue(axis), label: axis.key.slice(0, MAX_NAME) }] : []),
          { value: OTHER_METRIC, label: 'Another Metric…' },
        ]}
        @lw-choice=${this.onAxis}
      ></lw-select>
      <lw-button
        .pressed=${log}
        label="Log scale in all charts"
        @click=${() => this.dispatchEvent(new SettingsEvent({ log: !log }))}
        >Log</lw-button
      >
      <lw-slider
        label="Smooth"
        max="0.99"
        step="0.01"
        .value=${smoothing}
        @lw-slide=${(event: SlideEvent) => this.dispatchEvent(new SettingsEvent({ smoothing: event.value }))}
      ></lw-slider>
      <lw-menu
        label="Compare with another run"
        text=${this.rivals.length === 0 ? 'Compare' : `Compare (${String(this.rivals.length)})`}
        .items=${this.items}
        @lw-menu=${this.onMenu}
      ></lw-menu>
    `;
  }

  private get items(): MenuItem[] {
    const { parent, best, rivals } = this;
    const offered = [parent, best];
    const others = rivals.filter(({ runId }) => offered.every((one) => one?.runId !== runId));
    const isOn = (one: Rival | null) => rivals.some(({ runId }) => runId === one?.runId);
    return [
      item('parent', parent ? `Parent: ${short(parent)}` : 'Parent', parent, isOn(parent)),
      item('best', best ? `Best of the experiment: ${short(best)}` : 'Best of the experiment', best, isOn(best)),
      { id: 'run', label: 'Another Run…' },
      ...others.map((rival, at) => ({
        id: `rival:${rival.runId}`,
        label: short(rival),
        checked: true,
        isFirstOfGroup: at === 0,
      })),
    ];
  }

  private readonly onAxis = ({ value }: ChoiceEvent) => {
    if (value === OTHER_METRIC) {
      this.dispatchEvent(new AskEvent('axis'));
      return;
    }
    const axis: SeriesAxis = value === 'time' ? { by: 'time' } : { by: 'step' };
    this.dispatchEvent(new SettingsEvent({ axis }));
  };

  private readonly onMenu = ({ id }: MenuEvent) => {
    if (id === 'run') {
      this.dispatchEvent(new AskEvent('run'));
      return;
    }
    const one = id === 'parent' ? this.parent : id === 'best' ? this.best : null;
    const rival = one ?? this.rivals.find(({ runId }) => id === `rival:${runId}`);
    if (!rival) return;
    const isOn = this.rivals.some(({ runId }) => runId === rival.runId);
    this.dispatchEvent(new RivalEvent(rival, !isOn));
  };
}

const short = ({ name }: Rival) => name.slice(0, MAX_NAME);

function item(id: string, label: string, rival: Rival | null, checked: boolean): MenuItem {
  return { id, label, disabled: rival === null, ...(rival === null ? {} : { checked }) };
}
