/** What is said when the run of a notebook that this window started has ended. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { formatDuration } from '../../protocol/format';
import type { Launcher } from '../commands/launcher';
import type { RunActions } from '../commands/runActions';
import { inBackground, type Log } from '../log';
import { type Disposable, Disposables } from '../signal';
import { plain } from '../text';
import { goToCell } from './runCellPlace';
import { openExecuted } from './runExecuted';
import type { NotebookWatch, WatchedRun } from './runWatch';

const MEMORY_KEY = 'notebookRuns';
const MEMORY_SIZE = 50;

export interface NotebookEndParts {
  readonly launcher: Launcher;
  readonly watch: NotebookWatch;
  /** Of the workspace: the window may be loaded anew meanwhile. */
  readonly memory: vscode.Memento;
  readonly actions: () => RunActions;
  /** Does something for the user; an error becomes a message. */
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
  readonly log: Log;
}

interface Way {
  readonly title: string;
  readonly take: () => Promise<void>;
}

interface Message {
  readonly isFailure: boolean;
  readonly text: string;
  readonly ways: readonly Way[];
}

export class NotebookEnd implements Disposable {
  private readonly disposables = new Disposables();

  constructor(private readonly parts: NotebookEndParts) {
    this.disposables.track(
      parts.launcher.onDidStart(({ kind, runId }) => {
        if (kind === 'notebook') this.keep([...this.expected, runId]);
      }),
    );
    this.disposables.track(
      parts.watch.onDidEnd((watched) => {
        const { runId } = watched.run.row;
        if (!this.expected.includes(runId)) return;
        this.keep(this.expected.filter((id) => id !== runId));
        void parts.attempt('end of a notebook', () => this.tell(watched));
      }),
    );
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** The runs whose end is to be told here. */
  private get expected(): readonly string[] {
    return this.parts.memory.get<readonly string[]>(MEMORY_KEY, []);
  }

  private keep(runIds: readonly string[]): void {
    inBackground(this.parts.log, 'notebooks', this.parts.memory.update(MEMORY_KEY, runIds.slice(-MEMORY_SIZE)));
  }

  private async tell(watched: WatchedRun): Promise<void> {
    const message = this.messageOf(watched);
    if (!message) return;
    const show = message.isFailure ? vscode.window.showErrorMessage : vscode.window.showInformationMessage;
    const chosen = await show(message.text, ...message.ways.map(({ title }) => title));
    const way = message.ways.find(({ title }) => title === chosen);
    if (way) await this.parts.attempt(way.title, way.take);
  }

  private messageOf({ run, file, progress }: WatchedRun): Message | undefined {
    const { timing } = run.row;
    const name = plain(basename(file), 60);
    const openRun: Way = {
      title: vscode.l10n.t('Open Run'),
      take: () => {
        this.parts.actions().open(run);
        return Promise.resolve();
      },
    };
    const executed: Way = { title: vscode.l10n.t('Open Executed Notebook'), take: () => openExecuted(run) };
    if (timing.status === 'KILLED') return undefined; // whoever stopped it knows
    if (timing.status === 'FINISHED') {
      const duration = formatDuration(timing.endMs - timing.startMs);
      return progress.sweep
        ? {
            isFailure: false,
            text: vscode.l10n.t('{0}: {1} runs have ended, in {2}.', name, progress.sweep.total, duration),
            ways: [openRun],
          }
        : { isFailure: false, text: vscode.l10n.t('{0} ran in {1}.', name, duration), ways: [executed, openRun] };
    }
    const { failed } = progress;
    if (!failed) {
      const reason = plain(run.row.reason ?? '', 400);
      return { isFailure: true, text: vscode.l10n.t('{0} failed. {1}', name, reason), ways: [openRun] };
    }
    const what = failed.error ? `${failed.error.name}: ${failed.error.message}` : (run.row.reason ?? '');
    return {
      isFailure: true,
      text: vscode.l10n.t('{0}: cell [{1}] failed. {2}', name, failed.ordinal + 1, plain(what, 300)),
      ways: [{ title: vscode.l10n.t('Go to Cell'), take: () => goToCell(run, failed) }, executed, openRun],
    };
  }
}
