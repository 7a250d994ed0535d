/** `<lw-drift-tests>`: which tests decide for a feature, and by what thresholds; to be changed in place. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import {
  type DriftFeature,
  type DriftNeeds,
  type DriftSettings,
  type DriftTestName,
  type FeatureTests,
} from '../../../src/protocol/drift';
import { isByPValue, TEST_TITLES, testsFor, usualThreshold } from '../../../src/protocol/driftTests';
import '../../ui/controls';
import '../../ui/fields';
import { type ChoiceEvent } from '../../ui/fields';
import { type NumberEvent } from '../../ui/numberField';
import '../../ui/numberField';
import { DriftChangeEvent } from './change';

interface Row {
  readonly test: DriftTestName;
  /** Null: what stands there is no threshold. */
  readonly threshold: number | null;
}

interface Draft {
  readonly rows: readonly Row[];
  readonly needs: DriftNeeds;
  readonly isForAll: boolean;
}

@customElement('lw-drift-tests')
export class DriftTests extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
      margin-top: 10px;
    }
    .bar,
    .row {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 12px;
    }
    .row lw-select {
      --lw-select-width: 320px;
    }
    fieldset {
      margin: 0;
      padding: 8px 0;
      border: 0;
      display: grid;
      gap: 6px;
    }
    legend {
      padding: 0;
      font-weight: 600;
    }
    p {
      margin: 0;
      color: var(--vscode-descriptionForeground);
    }
  `;

  @property({ attribute: false }) of!: DriftFeature;
  /** As they are now, with what was changed. */
  @property({ attribute: false }) settings!: DriftSettings;
  @state() private draft: Draft | null = null;

  protected override render() {
    return this.draft ? this.renderForm(this.draft) : this.renderBar();
  }

  private renderBar() {
    const { name, type } = this.of;
    const hasOwn = (this.settings.tests?.[name] ?? null) !== null;
    return html`<div class="bar">
      ${testsFor(type).length > 0 ? html`<lw-button icon="edit" @click=${this.begin}>Change Tests…</lw-button>` : nothing}
      ${hasOwn ? html`<lw-button @click=${() => this.tell({ tests: { [name]: null } })}>As the Rules Say</lw-button>` : nothing}
      <lw-button icon="circle-slash" @click=${() => this.tell({ ignore: [name] })}>Ignore This Feature</lw-button>
    </div>`;
  }

  private renderForm({ rows, needs, isForAll }: Draft) {
    const isRight = rows.length > 0 && rows.every(({ threshold }) => threshold !== null);
    const unknown = rows.filter(({ test }) => !this.isComputed(test));
    return html`<fieldset>
      <legend>What decides for ${this.of.name}</legend>
      ${rows.map((row, at) => this.renderRow(row, at))}
      ${
        rows.length > 1
          ? html`<lw-select
              label="It has moved where"
              .choices=${[
                { value: 'any', label: 'one of them says so' },
                { value: 'all', label: 'all of them say so' },
              ]}
              .value=${needs}
              @lw-choice=${({ value }: ChoiceEvent) => this.change({ needs: value === 'all' ? 'all' : 'any' })}
            ></lw-select>`
          : nothing
      }
      <lw-select
        label="For"
        .choices=${[
          { value: 'one', label: 'this feature' },
          { value: 'all', label: 'all features' },
        ]}
        .value=${isForAll ? 'all' : 'one'}
        @lw-choice=${({ value }: ChoiceEvent) => this.change({ isForAll: value === 'all' })}
      ></lw-select>
      ${unknown.length > 0 ? html`<p>Another comparison is needed for ${unknown.map(({ test }) => TEST_TITLES[test]).join(', ')}.</p>` : nothing}
      <div class="bar">
        <lw-button kind="primary" ?disabled=${!isRight} @click=${this.finish}>Judge Anew</lw-button>
        <lw-button icon="add" ?disabled=${this.next() === null} @click=${this.add}>Add Test</lw-button>
        <lw-button @click=${() => (this.draft = null)}>Cancel</lw-button>
      </div>
    </fieldset>`;
  }

  private renderRow({ test, threshold }: Row, at: number) {
    const isP = isByPValue(test);
    const choices = testsFor(this.of.type).map((value) => ({ value, label: TEST_TITLES[value] }));
    return html`<div class="row">
      <lw-select
        label="Test"
        .choices=${choices}
        .value=${test}
        @lw-choice=${({ value }: ChoiceEvent) => this.choose(at, value)}
      ></lw-select>
      <lw-number-field
        label=${isP ? 'p at most' : 'at least'}
        .value=${threshold ?? usualThreshold(test)}
        .max=${isP ? 1 : Infinity}
        @lw-number=${({ value }: NumberEvent) => this.put(at, { test, threshold: value })}
      ></lw-number-field>
      ${
        (this.draft?.rows.length ?? 0) > 1
          ? html`<lw-button
              kind="icon"
              icon="close"
              label="Without ${TEST_TITLES[test]}"
              @click=${() => this.change({ rows: this.draft?.rows.filter((_, other) => other !== at) ?? [] })}
            ></lw-button>`
          : nothing
      }
    </div>`;
  }

  /** With those that decide now. */
  private readonly begin = () => {
    const { tests, needs, type } = this.of;
    const possible = testsFor(type);
    const deciding = tests.filter(({ name, decides_by: by }) => by !== null && possible.includes(name));
    const rows = [...new Map(deciding.map(({ name, threshold }) => [name, threshold ?? usualThreshold(name)]))];
    const [first] = possible;
    this.draft = {
      rows:
        rows.length > 0
          ? rows.map(([test, threshold]) => ({ test, threshold }))
          : first
            ? [{ test: first, threshold: usualThreshold(first) }]
            : [],
      ...{ needs, isForAll: false },
    };
  };

  private readonly finish = () => {
    if (!this.draft) return;
    const { rows, needs, isForAll } = this.draft;
    const own: FeatureTests = {
      ...Object.fromEntries(rows.map(({ test, threshold }) => [test, threshold ?? 'default'])),
      needs,
    };
    this.draft = null;
    // What holds for all must not be hidden by what this one had.
    this.tell({ tests: isForAll ? { [this.of.name]: null, '*': own } : { [this.of.name]: own } });
  };

  private readonly add = () => {
    const test = this.next();
    if (test !== null) this.change({ rows: [...(this.draft?.rows ?? []), { test, threshold: usualThreshold(test) }] });
  };

  /** Those that are computed first. */
  private next(): DriftTestName | null {
    const free = testsFor(this.of.type).filter((test) => !this.draft?.rows.some((row) => row.test === test));
    return free.find((test) => this.isComputed(test)) ?? free[0] ?? null;
  }

  private isComputed(test: DriftTestName): boolean {
    return this.of.tests.some(({ name }) => name === test);
  }

  private choose(at: number, value: string): void {
    const test = testsFor(this.of.type).find((one) => one === value);
    const isThere = this.draft?.rows.some((row, other) => row.test === test && other !== at) === true;
    if (test && !isThere) this.put(at, { test, threshold: usualThreshold(test) });
  }

  private put(at: number, row: Row): void {
    this.change({ rows: this.draft?.rows.map((one, other) => (other === at ? row : one)) ?? [] });
  }

  private change(change: Partial<Draft>): void {
    if (this.draft) this.draft = { ...this.draft, ...change };
  }

  private tell(change: DriftSettings): void {
    this.dispatchEvent(new DriftChangeEvent(change));
  }
}
