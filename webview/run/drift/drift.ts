/** `<lw-drift>`: what has moved between two tables: one sentence, then feature by feature; thresholds can be changed in place. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type * as z from 'zod';
import { DriftPage, DriftPart, type DriftSettings } from '../../../src/protocol/drift';
import { DRIFT_CSV, DRIFT_HTML, DRIFT_PAGE, DRIFT_RESULT, driftPart } from '../../../src/protocol/driftNames';
import { mergedSettings } from '../../../src/protocol/driftSettings';
import { formatNumber } from '../../../src/protocol/format';
import { type RunPageModel } from '../../../src/protocol/pages/run';
import { pngOf } from '../../charts/picture';
import { readChartTheme } from '../../charts/theme';
import '../../ui/controls';
import '../../ui/menu';
import { type MenuEvent } from '../../ui/menu';
import { type MenuItem } from '../../ui/menuItem';
import '../../ui/states';
import { causeOf, type RunHost } from '../api';
import { Loaded } from '../captured/loading';
import { countWords } from '../words';
import { type Anew, isNothing, judgedAnew } from './anew';
import { DriftChangeEvent } from './change';
import './limits';
import './list';
import { driftPicture } from './picture';
import { changeWords, listedNames } from './words';

const PICTURE = 'png';
const EXPORTS: readonly MenuItem[] = [
  { id: DRIFT_HTML, label: 'HTML, One File…' },
  { id: PICTURE, label: 'PNG…' },
  { id: DRIFT_CSV, label: 'CSV…' },
  { id: DRIFT_RESULT, label: 'JSON…' },
];

/** What became of a change: `keeping` while it is written. */
type Keeping = 'none' | 'keeping' | 'kept' | { readonly problem: string };

@customElement('lw-drift')
export class Drift extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    .sentence {
      margin: 0 0 4px;
      font-size: 1.15em;
      overflow-wrap: anywhere;
    }
    .quiet {
      color: var(--vscode-descriptionForeground);
      margin: 0 0 8px;
      overflow-wrap: anywhere;
    }
    .bar {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 8px;
      margin-bottom: 8px;
    }
    .changed {
      border-inline-start: 3px solid var(--vscode-charts-yellow);
      padding-inline-start: 10px;
    }
    .changed p {
      flex-basis: 100%;
      margin: 0;
      overflow-wrap: anywhere;
    }
    ul {
      margin: 8px 0 0;
      padding-inline-start: 18px;
      color: var(--vscode-descriptionForeground);
      overflow-wrap: anywhere;
    }
  `;

  @property({ attribute: false }) host!: RunHost;
  @property({ attribute: false }) page!: RunPageModel;
  @property({ attribute: false }) stage: 'whole' | 'ended' | 'going' = 'whole';
  /** What the reader has changed, and what became of that. */
  @state() private change: DriftSettings = {};
  @state() private keeping: Keeping = 'none';
  @state() private hasLimits = false;
  private stamp = '';

  private readonly result = new Loaded(this, async () => {
    const first = await this.read(DRIFT_PAGE, DriftPage);
    const names = Array.from({ length: first.parts }, (_, at) => driftPart(at + 2));
    const others = await Promise.all(names.map((name) => this.read(name, DriftPart)));
    return { ...first, features: [first.features, ...others].flat() };
  });

  constructor() {
    super();
    this.addEventListener(DriftChangeEvent.type, (event) => {
      if (!(event instanceof DriftChangeEvent)) return;
      const { tests = {}, ...change } = mergedSettings(this.change, event.change);
      const heeded = Object.entries(tests).filter(([name]) => change.ignore?.includes(name) !== true);
      this.change = heeded.length > 0 ? { ...change, tests: Object.fromEntries(heeded) } : change;
      this.keeping = 'none';
    });
  }

  /** @throws Error in words for the reader */
  private async read<Form extends z.ZodType>(path: string, form: Form): Promise<z.output<Form>> {
    const { text, isCut } = await this.host.request('artifactText', { path });
    if (isCut) throw new Error('It is larger than the page can show.');
    try {
      return form.parse(JSON.parse(text));
    } catch {
      throw new Error(`${path} has another form than what a comparison writes.`);
    }
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { runId } = this.page.run;
    if ((!changed.has('page') && !changed.has('stage')) || this.stage !== 'whole' || this.stamp === runId) return;
    this.stamp = runId;
    this.change = {};
    this.keeping = 'none';
    this.result.want(runId);
  }

  protected override render() {
    return this.stage === 'whole' ? this.renderFound() : this.renderUnfinished();
  }

  /** Why stands on top of the page. */
  private renderUnfinished() {
    const { run, canAct } = this.page;
    if (this.stage === 'going')
      return html`<p class="quiet">The tables are being compared. The output says how far it is.</p>`;
    return html`<p class="sentence">
        ${run.timing.status === 'KILLED' ? 'It was stopped' : 'It failed'} before anything was found.
      </p>
      ${canAct ? html`<div class="bar">${this.renderAgain()}</div>` : nothing}`;
  }

  private renderFound() {
    const { value, problem } = this.result;
    if (problem !== null)
      return html`<lw-failed quiet what="What was found could not be read." .cause=${problem}
        ><lw-button @click=${this.result.retry}>Retry</lw-button></lw-failed
      >`;
    if (!value) return html`<lw-loading></lw-loading>`;
    const anew = judgedAnew(value, this.change);
    const { sentence, rows, reference, current, features, omitted, settings } = anew.page;
    const { canAct } = this.page;
    return html`<p class="sentence">${marked(sentence)}</p>
      <p class="quiet" title="${reference.path}&#10;${current.path}">
        ${current.label} (${countWords(rows.current, rows.current)} rows) beside ${reference.label}
        (${countWords(rows.reference, rows.reference)} rows), ${rulesWords(anew.page)}
      </p>
      <div class="bar">
        ${
          canAct
            ? html`<lw-button icon="edit" .pressed=${this.hasLimits} @click=${() => (this.hasLimits = !this.hasLimits)}
                  >Change Thresholds</lw-button
                >
                ${isNothing(this.change) ? this.renderAgain() : nothing}`
            : nothing
        }
        <lw-menu
          label="Export"
          text="Export"
          .items=${EXPORTS}
          @lw-menu=${({ id }: MenuEvent) => void this.export(id, value)}
        ></lw-menu>
      </div>
      ${canAct && this.hasLimits ? html`<lw-drift-limits .settings=${settings}></lw-drift-limits>` : nothing}
      ${isNothing(this.change) ? nothing : this.renderChange(anew)}
      ${
        value.features.length === 0
          ? nothing
          : html`<lw-drift-list
              .features=${features}
              .uncertain=${anew.open}
              .settings=${canAct ? settings : null}
              stamp=${this.stamp}
            ></lw-drift-list>`
      }
      ${omitted > 0 ? html`<p class="quiet">${formatNumber(omitted)} more are in drift.json.</p>` : nothing}
      ${renderRest(anew.page)}`;
  }

  private renderChange({ page, open }: Anew) {
    const { keeping } = this;
    const isKept = keeping === 'kept';
    const about = `${changeWords(this.change)}.`;
    return html`<div class="bar changed" role="status">
      <p>
        ${isKept ? html`Kept in loopwright.yaml, for every comparison from now on: ${about}` : html`Not kept yet: ${about}`}
      </p>
      ${open.size > 0 ? html`<p>Not certain without another comparison: ${listedNames([...open])}.</p>` : nothing}
      ${page.omitted > 0 ? html`<p>Judged anew are the features that are listed here.</p>` : nothing}
      ${typeof keeping === 'object' ? html`<lw-failed quiet what="It was not kept." .cause=${keeping.problem}></lw-failed>` : nothing}
      ${
        isKept
          ? nothing
          : html`<lw-button kind="primary" ?disabled=${keeping === 'keeping'} @click=${this.keep}
              >Keep in loopwright.yaml</lw-button
            >`
      }
      ${this.renderAgain()}
      ${isKept ? nothing : html`<lw-button @click=${() => (this.change = {})}>Undo Changes</lw-button>`}
    </div>`;
  }

  private renderAgain() {
    return html`<lw-button
      icon="refresh"
      @click=${() => this.host.command('driftAgain', { change: this.change, isKept: this.keeping === 'kept' })}
      >Compare Again</lw-button
    >`;
  }

  /** Of what the comparison has found: a change that is not compared by is not in it. */
  private async export(id: string, page: DriftPage): Promise<void> {
    if (id !== PICTURE) this.host.command('saveArtifact', { path: id });
    else {
      const base64 = await pngOf(driftPicture(page, readChartTheme()));
      this.host.command('savePicture', { format: 'png', heading: this.page.run.name, base64 });
    }
  }

  private readonly keep = async () => {
    const { change } = this;
    this.keeping = 'keeping';
    let became: Keeping = 'kept';
    try {
      await this.host.request('keepDrift', { change });
    } catch (error) {
      became = { problem: causeOf(error) };
    }
    // What was changed meanwhile is not kept.
    if (this.change === change) this.keeping = became;
  };
}

function renderRest({ whole, left, notes }: DriftPage) {
  const lines = [
    ...whole.map(({ words }) => words),
    ...left.map(({ name, why }) => `${name} was not compared. ${why}`),
    ...notes,
  ];
  return lines.length === 0
    ? nothing
    : html`<ul>
        ${lines.map((line) => html`<li>${marked(line)}</li>`)}
      </ul>`;
}

/** Names that stand between backticks, as code. */
const marked = (words: string) =>
  words.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));

function rulesWords({ rules, false_alarms: alarms }: DriftPage): string {
  if (rules === 'evidently') return 'by Evidently’s rules';
  if (rules === 'nannyml') return 'by NannyML’s rules';
  return alarms === null
    ? ''
    : `with false alarms in at most ${formatNumber(alarms * 100)} of 100 comparisons of stable data`;
}
