/** `<lw-drift-limits>`: what holds for all features of a comparison, to be changed in place. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { DEFAULT_FALSE_ALARMS, DEFAULT_LEAST_EFFECT, type DriftSettings } from '../../../src/protocol/drift';
import { type NumberEvent } from '../../ui/numberField';
import '../../ui/numberField';
import { DriftChangeEvent } from './change';

@customElement('lw-drift-limits')
export class DriftLimits extends LitElement {
  static override readonly styles = css`
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 16px;
      margin: 4px 0 8px;
    }
    p {
      flex-basis: 100%;
      margin: 0;
      color: var(--vscode-descriptionForeground);
      overflow-wrap: anywhere;
    }
  `;

  @property({ attribute: false }) settings!: DriftSettings;

  protected override render() {
    const {
      rules = 'loopwright',
      false_alarms: alarms = DEFAULT_FALSE_ALARMS,
      least_effect: effect = DEFAULT_LEAST_EFFECT,
      ignore = [],
      share = 0,
    } = this.settings;
    const number = (
      label: string,
      value: number,
      [min, max]: readonly [number, number],
      of: (value: number) => DriftSettings,
    ) =>
      html`<lw-number-field
        label=${label}
        .value=${value}
        .min=${min}
        .max=${max}
        @lw-number=${(event: NumberEvent) => event.value !== null && this.tell(of(event.value))}
      ></lw-number-field>`;
    return html`${
      rules === 'loopwright'
        ? html`${number('False alarms, of all comparisons', alarms, [0.000_001, 0.5], (value) => ({ false_alarms: value }))}
          ${number('Least effect that matters', effect, [0, Infinity], (value) => ({ least_effect: value }))}`
        : nothing
    }
    ${number('Share of features that must move', share, [0, 1], (value) => ({ share: value }))}
    ${ignore.length > 0 ? html`<p>Ignored: ${ignore.join(', ')}</p>` : nothing}`;
  }

  private tell(change: DriftSettings): void {
    this.dispatchEvent(new DriftChangeEvent(change));
  }
}
