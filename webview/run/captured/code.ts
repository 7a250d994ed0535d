/** `<lw-code>`: the exact code of a run, how it differs from the commit, and what is not in it. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { CodeFacts } from '../../../src/protocol/capture';
import { codeSummary, codeWords } from '../../../src/protocol/codeWords';
import { type RunPageModel } from '../../../src/protocol/pages/run';
import '../../ui/controls';
import '../../ui/icon';
import '../../ui/keyValues';
import { groups, linkButton } from '../../ui/styles';
import { type RunHost } from '../api';
import { countWords, formatSize } from '../words';
import { Loaded, waiting } from './loading';
import { progressNote } from './progress';
import { progressOf, splitPath } from './words';

const AT_A_TIME = 200;

type Change = NonNullable<CodeFacts['changed']>[number];

/** As VS Code's own source control marks them. */
const MARKS: Readonly<Record<Change['status'], string>> = {
  added: 'A',
  modified: 'M',
  deleted: 'D',
  untracked: 'U',
};

@customElement('lw-code')
export class Code extends LitElement {
  static override readonly styles = [
    linkButton,
    groups,
    css`
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 16px;
      }
      .line {
        flex: 1 1 220px;
        min-width: 0;
        overflow-wrap: anywhere;
        font-family: var(--vscode-editor-font-family, monospace);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: grid;
        grid-template-columns: 1.6em minmax(0, 1fr);
        gap: 0 4px;
        padding: 2px 6px;
        border-radius: 3px;
        overflow-wrap: anywhere;
      }
      li:hover {
        background: var(--vscode-list-hoverBackground);
      }
      .reasons li {
        grid-template-columns: minmax(0, 1fr);
      }
      .mark {
        text-align: center;
        font-family: var(--vscode-editor-font-family, monospace);
      }
      .added,
      .untracked {
        color: var(--vscode-testing-iconPassed, var(--vscode-foreground));
      }
      .modified,
      .renamed {
        color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
      }
      .deleted {
        color: var(--vscode-testing-iconFailed, var(--vscode-foreground));
      }
      .folders {
        color: var(--vscode-descriptionForeground);
      }
      .link:hover .folders {
        color: inherit;
      }
      .warning {
        display: flex;
        gap: 6px;
      }
      .warning > lw-icon {
        margin-top: 6px;
        color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
      }
      .warning > div {
        min-width: 0;
      }
    `,
  ];

  @property({ attribute: false }) page!: RunPageModel;
  @property({ attribute: false }) host!: RunHost;
  @state() private limits: Readonly<Record<string, number>> = {};

  private readonly code = new Loaded(this, async () => {
    const { facts } = await this.host.request('facts', { section: 'code' });
    const parsed = CodeFacts.safeParse(facts);
    return { code: parsed.success ? parsed.data : null, summary: codeSummary(facts) };
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('page')) return;
    const { work, isComplete, code } = this.page;
    this.code.want(JSON.stringify([work.filter(({ kind }) => kind.startsWith('code')), isComplete, code]));
  }

  protected override render() {
    const progress = progressOf(this.page, 'code');
    const loaded = this.code.value;
    if (!loaded) return waiting(this.code, 'The code could not be read.');
    const note = progressNote(progress, 'The code is being kept…', 'The code could not be kept.', this.host);
    const { code, summary } = loaded;
    if (!code || !summary) {
      if (note !== nothing) return note;
      return html`<p class="quiet">
        ${progress.state === 'off' ? 'Code was not to be captured for this run.' : 'No code was kept for this run.'}
      </p>`;
    }
    return html`
      <div class="head">
        <div class="line">${codeWords(summary) ?? 'Not in a git repository'}</div>
        ${code.snapshot === undefined ? nothing : this.renderActions(summary.commit !== null)}
      </div>
      ${note} ${this.renderWarnings(code)} ${this.renderChanged(code)} ${this.renderLeftOut(code)}
      <div class="group">
        <h3>Snapshot</h3>
        <lw-key-values .rows=${factRows(code)}></lw-key-values>
      </div>
    `;
  }

  private renderActions(hasCommit: boolean) {
    const compare = (how: 'commit' | 'now' | 'run') => () => this.host.command('compareCode', { with: how });
    return html`<div class="actions">
      ${hasCommit ? html`<lw-button icon="diff" @click=${compare('commit')}>Compare with Commit</lw-button>` : nothing}
      <lw-button icon="diff" @click=${compare('now')}>Compare with Now</lw-button>
      <lw-button icon="diff" @click=${compare('run')}>Compare with Another Run…</lw-button>
    </div>`;
  }

  private renderWarnings({ repository, differs = [] }: CodeFacts) {
    const dirty = repository?.submodules.filter((submodule) => submodule.dirty) ?? [];
    return html`
      ${
        differs.length === 0
          ? nothing
          : warning(
              'What ran is not what was kept: these sources were loaded in another form.',
              this.renderReasons('differs', differs, differs.length),
            )
      }
      ${
        repository?.operation
          ? warning(`The repository was in the middle of a ${repository.operation} when the run started.`)
          : nothing
      }
      ${
        dirty.length === 0
          ? nothing
          : warning(
              `Submodules with changes that no commit holds: ${dirty.map(({ path }) => path).join(', ')}. Their files are not in the snapshot.`,
            )
      }
    `;
  }

  private renderChanged({ repository, changed = [], changedCount = changed.length }: CodeFacts) {
    if (!repository) return nothing;
    if (changedCount === 0)
      return html`<p class="quiet">
        ${repository.commit === null ? 'Nothing is committed yet.' : 'Every file is as the commit has it.'}
      </p>`;
    const shown = changed.slice(0, this.limit('changed'));
    return html`<div class="group">
      <h3>Not as in the commit (${countWords(changedCount, changedCount)})</h3>
      <ul>
        ${shown.map((change) => this.renderChange(change))}
      </ul>
      ${this.renderMore('changed', shown.length, changed.length, changedCount)}
    </div>`;
  }

  private renderChange({ path, status }: Change) {
    const { folders, name } = splitPath(path);
    return html`<li>
      <span class="mark ${status}" role="img" aria-label=${status} title=${status}>${MARKS[status]}</span>
      <span
        ><button
          class="link"
          type="button"
          title="Compare ${path} with the commit"
          @click=${() => this.host.command('openCodeDiff', { path })}
        >
          <span class="folders">${folders}</span>${name}
        </button></span
      >
    </li>`;
  }

  private renderLeftOut({ leftOut = [], leftOutCount = leftOut.length }: CodeFacts) {
    if (leftOutCount === 0) return nothing;
    return html`<div class="group">
      <h3>Left out (${countWords(leftOutCount, leftOutCount)})</h3>
      ${this.renderReasons('leftOut', leftOut, leftOutCount)}
    </div>`;
  }

  private renderReasons(id: string, files: readonly { path: string; reason: string }[], total: number) {
    const shown = files.slice(0, this.limit(id));
    return html`<ul class="reasons">
        ${shown.map(
          ({ path, reason }) =>
            html`<li>
              <span>${path} <span class="quiet">${reason}</span></span>
            </li>`,
        )}
      </ul>
      ${this.renderMore(id, shown.length, files.length, total)}`;
  }

  private renderMore(id: string, shown: number, known: number, total: number) {
    if (shown >= total) return nothing;
    const more = () => (this.limits = { ...this.limits, [id]: this.limit(id) + AT_A_TIME });
    return html`<p class="bar">
      ${shown < known ? html`<lw-button @click=${more}>Show More</lw-button>` : nothing}
      <span class="quiet">${countWords(shown, total)} shown</span>
    </p>`;
  }

  private limit(id: string): number {
    return this.limits[id] ?? AT_A_TIME;
  }
}

function warning(text: string, more: TemplateResult | typeof nothing = nothing): TemplateResult {
  return html`<div class="warning">
    <lw-icon name="warning" role="img" aria-label="warning"></lw-icon>
    <div>
      <p>${text}</p>
      ${more}
    </div>
  </div>`;
}

function factRows({ root, snapshot, tree, repository, fileCount, sizeBytes }: CodeFacts) {
  const size = [
    fileCount === undefined ? null : `${countWords(fileCount, fileCount)} ${fileCount === 1 ? 'file' : 'files'}`,
    sizeBytes === undefined ? null : formatSize(sizeBytes),
  ].filter((part) => part !== null);
  const rows: [string, string | null | undefined][] = [
    ['Folder', root],
    ['Content', size.join(', ')],
    ['Commit', repository?.commit],
    ['Branch', repository?.branch],
    ['Remote', repository?.remote],
    ['Repository', repository && repository.root !== root ? repository.root : null],
    ['Snapshot', snapshot],
    ['Tree', tree],
    ...(repository?.submodules ?? []).map(
      ({ path, commit, dirty }) =>
        [`Submodule ${path}`, `${commit ?? 'no commit'}${dirty ? ', with changes' : ''}`] as [string, string],
    ),
  ];
  return rows.flatMap(([key, value]) => (value ? [{ key, value }] : []));
}
