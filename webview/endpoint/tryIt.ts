/** `<lw-try-it>`: a form made of what the model takes; its answer; and the same call as code. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { asCurl, asJavaScript, asPython } from '../../src/protocol/endpointSnippets';
import {
  type Given,
  MAX_TRIED_CHARS,
  type TableRows,
  type Tried,
  type TryForm,
} from '../../src/protocol/pages/endpoint';
import { causeOf } from '../run/api';
import { Loaded, waiting } from '../run/captured/loading';
import '../ui/controls';
import '../ui/fields';
import { type ChoiceEvent } from '../ui/fields';
import '../ui/states';
import { groups } from '../ui/styles';
import '../ui/textField';
import { type TextField } from '../ui/textField';
import { formatNumber } from '../../src/protocol/format';
import './answer';
import { type EndpointHost } from './api';
import { type CallKind, type EndpointKeeper, type FormKind } from './state';
import { tryStyles } from './tryStyles';

const FORM_WORDS: Readonly<Record<FormKind, string>> = { row: 'Values', json: 'JSON', csv: 'CSV' };
const CALL_WORDS: Readonly<Record<CallKind, string>> = { curl: 'curl', python: 'Python', javascript: 'JavaScript' };
/** Their names and types take several lines. */
const MANY_INPUTS = 8;
/** More than the endpoint takes itself, which tells of it. */
const GRACE_MS = 15_000;

@customElement('lw-try-it')
export class TryIt extends LitElement {
  static override readonly styles = [groups, tryStyles];

  @property({ attribute: false }) host!: EndpointHost;
  @property({ attribute: false }) kept!: EndpointKeeper;
  /** Whether it can be asked now. */
  @property({ type: Boolean }) ready = false;
  @property({ type: Boolean }) windows = false;
  @property({ type: Number }) deadlineMs = 30_000;
  /** Of the process and its model: another one may take something else. */
  @property() stamp = '';

  @state() private tried: Tried | null = null;
  @state() private problem: string | null = null;
  @state() private isAsking = false;
  /** Rows of a table that was chosen. */
  @state() private table: TableRows | null = null;
  @state() private tableProblem: string | null = null;
  @state() private isChoosing = false;
  @query('.given lw-text-field') private readonly field!: TextField | null;

  private readonly form = new Loaded<TryForm>(this, () => this.host.request('form', {}));

  protected override willUpdate(changed: PropertyValues<this>): void {
    // What the model before answered is not what this one would.
    if (changed.has('stamp')) this.forget();
    if (this.ready) this.form.want(this.stamp);
  }

  protected override render() {
    const form = this.form.value;
    if (!form)
      return this.ready
        ? waiting(this.form, 'What the model takes could not be read.')
        : html`<p class="quiet">What the model takes is known when it is ready.</p>`;
    const kind = this.kindOf(form);
    const kinds = (['row', 'json', 'csv'] as const).filter((one) => one === 'json' || form.columns !== null);
    const isLong = form.inputs.length > MANY_INPUTS;
    return html`<p
        class="quiet takes"
        tabindex=${isLong ? 0 : nothing}
        role=${isLong ? 'region' : nothing}
        aria-label=${isLong ? 'What the model takes' : nothing}
      >
        Takes
        ${form.inputs.map(({ name, datatype, shape }, at) => html`${at > 0 ? ', ' : nothing}<bdi>${name}</bdi> ${datatype} [${shape.map((size) => (size < 0 ? '?' : String(size))).join(', ')}]`)}
      </p>
      <div class="bar" role="group" aria-label="How the input is written">
        ${kinds.map(
          (one) =>
            html`<lw-button .pressed=${one === kind} @click=${() => this.choose(one)}>${FORM_WORDS[one]}</lw-button>`,
        )}
        ${this.renderExamples(form, kind)}
      </div>
      ${kind === 'json' ? nothing : this.renderTable()}
      <div class="given">${kind === 'row' ? this.renderFields(form) : this.renderText(form, kind)}</div>
      <div class="bar">
        <lw-button kind="primary" ?disabled=${!this.ready || this.isAsking} @click=${() => void this.ask(form)}
          >${this.isAsking ? 'Asking…' : 'Send'}</lw-button
        >
        ${this.ready ? nothing : html`<span class="quiet">It can't be asked now.</span>`}
      </div>
      ${this.problem === null ? nothing : html`<lw-failed class="told" what="Not sent:" .cause=${this.problem}></lw-failed>`}
      ${this.tried ? html`<lw-answer class="told" .tried=${this.tried}></lw-answer>` : nothing} ${this.renderCall()}`;
  }

  private kindOf({ columns }: TryForm): FormKind {
    const { form } = this.kept.current;
    if (columns === null) return 'json';
    return form ?? 'row';
  }

  private choose(form: FormKind): void {
    this.kept.change({ form });
    this.problem = null;
    this.requestUpdate();
  }

  private forget(): void {
    this.tried = null;
    this.table = null;
    this.tableProblem = null;
  }

  private renderExamples({ rows, isExample, columns }: TryForm, kind: FormKind) {
    if (columns === null || kind === 'json') return nothing;
    return html`${isExample ? this.renderRows('Row of the input example', columns, rows) : nothing}
      <lw-button icon="table" ?disabled=${!this.ready || this.isChoosing} @click=${() => void this.chooseTable()}
        >Row of a Table…</lw-button
      >
      ${this.table ? this.renderRows(`Row of ${shortName(this.table.name)}`, columns, this.table.rows) : nothing}`;
  }

  private renderRows(label: string, columns: readonly string[], rows: readonly (readonly string[])[]) {
    const choices = [
      { value: '', label: 'Choose…' },
      ...rows.map((row, at) => ({ value: String(at), label: `${String(at + 1)}: ${row.join(', ').slice(0, 60)}` })),
    ];
    return html`<lw-select
      label=${label}
      value=""
      .choices=${choices}
      @lw-choice=${(event: ChoiceEvent) => this.take(columns, rows[Number(event.value)], event.value)}
    ></lw-select>`;
  }

  /** What of the table is not there to be chosen, or why nothing is. */
  private renderTable() {
    if (this.tableProblem !== null)
      return html`<lw-failed class="told" what="Not read:" .cause=${this.tableProblem}></lw-failed>`;
    if (!this.table) return nothing;
    const { name, rows, isCut, isByOrder, leftOut, leftOutCount } = this.table;
    const more = leftOutCount - leftOut.length;
    const left = leftOut.join(', ') + (more > 0 && leftOut.length > 0 ? ` and ${formatNumber(more)} more` : '');
    const said = [
      isCut
        ? `its first ${formatNumber(rows.length)} rows`
        : `${formatNumber(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}`,
      ...(isByOrder ? ['its columns are taken in their order'] : []),
      ...(leftOutCount === 0 ? [] : [`left out: ${left === '' ? formatNumber(leftOutCount) : left}`]),
    ];
    return html`<p class="quiet" role="status"><bdi>${name}</bdi>: ${said.join('; ')}.</p>`;
  }

  private async chooseTable(): Promise<void> {
    if (this.isChoosing) return;
    this.isChoosing = true;
    const { stamp } = this;
    try {
      const table = await this.host.request('table', {}, null);
      if (stamp !== this.stamp || !table) return;
      this.table = table;
      this.tableProblem = null;
    } catch (error) {
      this.table = null;
      this.tableProblem = causeOf(error);
    } finally {
      this.isChoosing = false;
    }
  }

  private take(columns: readonly string[], row: readonly string[] | undefined, chosen: string): void {
    if (!row || chosen === '') return;
    this.kept.change({ cells: [...row], csv: csvOf(columns, [row]) });
    this.problem = null;
    this.requestUpdate();
  }

  private cells({ columns, rows }: TryForm): readonly string[] {
    const { cells } = this.kept.current;
    return cells && cells.length === columns?.length ? cells : (rows[0] ?? []);
  }

  private renderFields(form: TryForm) {
    const cells = this.cells(form);
    return html`<div class="fields" @keydown=${(event: KeyboardEvent) => this.onKey(event, form)}>
      ${(form.columns ?? []).map(
        (name, at) =>
          html`<label
            ><span title=${name}><bdi>${name}</bdi></span
            ><input
              type="text"
              spellcheck="false"
              .value=${cells[at] ?? ''}
              @input=${(event: Event) => this.type(form, at, (event.target as HTMLInputElement).value)}
          /></label>`,
      )}
    </div>`;
  }

  private type(form: TryForm, at: number, value: string): void {
    this.kept.change({ cells: this.cells(form).map((cell, place) => (place === at ? value : cell)) });
  }

  private renderText(form: TryForm, kind: 'json' | 'csv') {
    const text = this.text(form, kind);
    return html`<lw-text-field
      multiline
      label=${kind === 'json' ? 'JSON: rows, columns by name, or a request with inputs' : 'CSV: names in the first line'}
      limit=${MAX_TRIED_CHARS}
      .value=${text}
      @lw-typed=${() => this.kept.change({ [kind]: this.field?.text ?? '' })}
      @lw-save=${() => void this.ask(form)}
    ></lw-text-field>`;
  }

  private text({ json, columns, rows }: TryForm, kind: 'json' | 'csv'): string {
    const kept = this.kept.current[kind];
    if (kept !== undefined) return kept;
    return kind === 'json' ? (json ?? '') : csvOf(columns ?? [], rows.slice(0, 5));
  }

  private onKey(event: KeyboardEvent, form: TryForm): void {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    void this.ask(form);
  }

  private given(form: TryForm): Given {
    const kind = this.kindOf(form);
    if (kind === 'row') return { form: 'row', columns: form.columns ?? [], cells: [...this.cells(form)] };
    return { form: kind, text: this.field?.text ?? this.text(form, kind) };
  }

  private async ask(form: TryForm): Promise<void> {
    if (this.isAsking || !this.ready) return;
    this.isAsking = true;
    this.problem = null;
    try {
      this.tried = await this.host.request('try', this.given(form), this.deadlineMs + GRACE_MS);
    } catch (error) {
      this.problem = causeOf(error);
      this.tried = null;
    } finally {
      this.isAsking = false;
    }
  }

  private renderCall() {
    const call = this.tried?.call;
    if (!call)
      return html`<p class="quiet">Once it was sent, the same call is here as curl, Python and JavaScript.</p>`;
    const { call: kind } = this.kept.current;
    const text = this.callText(kind);
    return html`<div class="group">
      <h3>The Same Call</h3>
      <div class="bar" role="group" aria-label="The call as">
        ${(['curl', 'python', 'javascript'] as const).map(
          (one) =>
            html`<lw-button
              .pressed=${one === kind}
              @click=${() => {
                this.kept.change({ call: one });
                this.requestUpdate();
              }}
              >${CALL_WORDS[one]}</lw-button
            >`,
        )}
        ${
          text === null
            ? nothing
            : html`<lw-button icon="copy" @click=${() => this.host.command('copy', { text })}>Copy</lw-button>`
        }
      </div>
      ${
        text === null
          ? html`<p class="quiet">
              This input is too long to be pasted, or has infinite values, which JSON has no word for.
            </p>`
          : html`<pre tabindex="0" role="region" aria-label="The call as ${CALL_WORDS[kind]}">${text}</pre>`
      }
    </div>`;
  }

  private callText(kind: CallKind): string | null {
    const call = this.tried?.call;
    if (typeof call?.body !== 'string') return null;
    switch (kind) {
      case 'curl':
        return asCurl(call, this.windows);
      case 'python':
        return asPython(call);
      case 'javascript':
        return asJavaScript(call);
    }
  }
}

const shortName = (name: string): string => (name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 1)}…`);
const MAX_NAME = 28;
const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const csvOf = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, ...rows].map((row) => row.map(quoted).join(',')).join('\n');
