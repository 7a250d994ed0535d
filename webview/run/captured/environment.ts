/** `<lw-environment>`: the interpreter, the machine, the packages, and what else decides how a script computes. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { EnvironmentFacts, type FactSection } from '../../../src/protocol/capture';
import { type RunPageModel } from '../../../src/protocol/pages/run';
import '../../ui/keyValues';
import { type KeyValue } from '../../ui/keyValues';
import { groups } from '../../ui/styles';
import { type RunHost } from '../api';
import { restOf, rowsOf, seedRows } from './factRows';
import { Loaded, waiting } from './loading';
import './packages';
import { collectPackages } from './packageList';
import { progressNote } from './progress';
import { progressOf, relativePath, shortDigest } from './words';

@customElement('lw-environment')
export class Environment extends LitElement {
  static override readonly styles = [
    groups,
    css`
      :host {
        display: block;
        --lw-key-width: minmax(6em, 13em);
      }
    `,
  ];

  @property({ attribute: false }) page!: RunPageModel;
  @property({ attribute: false }) host!: RunHost;

  private readonly facts = new Loaded(this, async () => {
    const read = async (section: FactSection) => (await this.host.request('facts', { section })).facts;
    const [environment, packages, hardware, seeds] = await Promise.all([
      read('environment'),
      read('packages'),
      read('hardware'),
      read('seeds'),
    ]);
    const parsed = EnvironmentFacts.safeParse(environment);
    return {
      environment: parsed.success ? parsed.data : {},
      packages: collectPackages(packages),
      hardware: rowsOf(hardware),
      seeds: seedRows(seeds),
    };
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('page')) return;
    const { work, isComplete, run } = this.page;
    this.facts.want(
      JSON.stringify([work.find(({ kind }) => kind === 'environment'), isComplete, run.timing.endMs !== null]),
    );
  }

  protected override render() {
    const progress = progressOf(this.page, 'environment');
    const note = progressNote(
      progress,
      'Packages and the rest of the environment are still being recorded…',
      'The environment could not be recorded.',
      this.host,
    );
    const { value } = this.facts;
    return html`
      <div class="group">
        <lw-key-values .rows=${this.interpreterRows(value?.environment ?? {})}></lw-key-values>
      </div>
      ${note === nothing ? nothing : html`<div class="group">${note}</div>`}
      ${value ? this.renderFacts(value) : waiting(this.facts, 'The environment could not be read.')}
    `;
  }

  private renderFacts({ environment, packages, hardware, seeds }: NonNullable<typeof this.facts.value>) {
    const { blas = [], lockFiles = [], variables = {} } = environment;
    return html`
      ${group('Seeds', seeds)}
      ${
        packages.length === 0
          ? nothing
          : html`<div class="group">
              <h3>Packages</h3>
              <lw-packages .packages=${packages} .host=${this.host}></lw-packages>
            </div>`
      }
      ${group(
        'Lock Files',
        lockFiles.map(({ path, md5 }) => ({
          key: relativePath(path, this.page.root),
          value: shortDigest(md5),
          hint: 'MD5',
        })),
      )}
      ${group(
        'Linear Algebra',
        blas.map(({ name, threads }) => ({
          key: name,
          value: threads === null ? 'threads not known' : threadWords(threads),
        })),
      )}
      ${group(
        'Variables',
        Object.entries(variables).map(([key, set]) => ({ key, value: set })),
      )}
      ${group('Hardware', hardware)} ${group('Other', rowsOf(restOf(environment)))}
    `;
  }

  private interpreterRows({ python, implementation, executable, prefix, os }: EnvironmentFacts): KeyValue[] {
    const { provenance, run } = this.page;
    const version = python ?? provenance.pythonVersion;
    const facts: [string, string | null | undefined][] = [
      ['Interpreter', executable ?? provenance.interpreter],
      ['Python', version === null ? null : [implementation, version].filter(Boolean).join(' ')],
      ['Environment', prefix],
      ['System', os],
      ['Working folder', provenance.cwd],
      ['Host', provenance.host],
      ['User', provenance.user],
      ['Exit code', run.exitCode === null ? null : String(run.exitCode)],
      ['Signal', run.signal],
      ['Run', run.runId],
    ];
    return facts.flatMap(([key, value]) => (value ? [{ key, value }] : []));
  }
}

function group(heading: string, rows: readonly KeyValue[]): TemplateResult | typeof nothing {
  if (rows.length === 0) return nothing;
  return html`<div class="group">
    <h3>${heading}</h3>
    <lw-key-values .rows=${rows}></lw-key-values>
  </div>`;
}

const threadWords = (threads: number): string => (threads === 1 ? '1 thread' : `${String(threads)} threads`);
