/** Changing what the user has said of runs: their names, tags, notes, stars, pins and experiments. */
import * as vscode from 'vscode';
import { MAX_NAME_CHARS } from '../../protocol/lists';
import type { StoreSession } from '../stores/session';
import { plain, withoutIcons } from '../text';
import { keyItem, knownKeys } from '../views/runs/query/keys';
import { pickLive } from '../views/runs/query/livePick';
import type { RunRef } from './pickRun';
import type { EditOf, RunEdits, Undo } from './runEdits';

const SUGGESTIONS = 100;
/** Of so many runs the tags are looked at, to choose from. */
const RUNS_LOOKED_AT = 50;
const SAID_MS = 5000;

export interface EditRunsParts {
  readonly edits: RunEdits;
  readonly openPage: (run: RunRef) => void;
  /** Does something for the user; an error becomes a message. */
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
}

export class EditRuns {
  constructor(private readonly parts: EditRunsParts) {}

  async rename(run: RunRef): Promise<void> {
    const name = await vscode.window.showInputBox({
      title: vscode.l10n.t('Rename Run'),
      prompt: vscode.l10n.t('Another name for {0}', plain(run.row.name, 60)),
      value: run.row.name,
      validateInput: (typed) => nameProblem(typed),
    });
    if (name === undefined || name.trim() === run.row.name) return;
    await this.edit(vscode.l10n.t('Rename'), [run], { name: name.trim() });
  }

  star(runs: readonly RunRef[], starred: boolean): Promise<void> {
    const what = starred ? vscode.l10n.t('Star') : vscode.l10n.t('Unstar');
    return this.edit(
      what,
      runs.filter(({ row }) => row.starred !== starred),
      { starred },
    );
  }

  pin(runs: readonly RunRef[], pinned: boolean): Promise<void> {
    const what = pinned ? vscode.l10n.t('Pin') : vscode.l10n.t('Unpin');
    return this.edit(
      what,
      runs.filter(({ row }) => row.pinned !== pinned),
      { pinned },
    );
  }

  async tag(runs: readonly RunRef[]): Promise<void> {
    const sessions = sessionsOf(runs);
    const key = await chooseText({
      title: vscode.l10n.t('Tag {0}', namesOf(runs)),
      placeholder: vscode.l10n.t('The tag: choose one, or type another'),
      describe: vscode.l10n.t('new tag'),
      suggest: async (typed) => {
        const known = await knownKeys(sessions, typed, ['tag'], SUGGESTIONS);
        return known.map((tag) => ({ ...keyItem(tag), text: tag.key }));
      },
    });
    if (key === undefined) return;
    const [only, ...others] = runs;
    const current = only && others.length === 0 ? await tagsOf(only) : new Map<string, string>();
    const value = await vscode.window.showInputBox({
      title: vscode.l10n.t('Tag {0}', namesOf(runs)),
      prompt: vscode.l10n.t('The value of {0}; it may be empty', plain(key, 80)),
      value: current.get(key) ?? '',
    });
    if (value !== undefined) await this.edit(vscode.l10n.t('Tag'), runs, { tags: { [key]: value } });
  }

  async untag(runs: readonly RunRef[]): Promise<void> {
    const counts = new Map<string, string[]>();
    for (const tags of await Promise.all(runs.slice(0, RUNS_LOOKED_AT).map(tagsOf)))
      for (const [key, value] of tags) counts.set(key, [...(counts.get(key) ?? []), value]);
    if (counts.size === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('{0}: no tags to remove.', namesOf(runs)));
      return;
    }
    const rows = [...counts].map(([key, values]) => ({
      label: withoutIcons(plain(key, 100)),
      description: withoutIcons(plain([...new Set(values)].slice(0, 5).join(', '), 100)),
      key,
    }));
    const chosen = await vscode.window.showQuickPick(rows, {
      title: vscode.l10n.t('Remove Tags of {0}', namesOf(runs)),
      canPickMany: true,
    });
    if (!chosen || chosen.length === 0) return;
    const tags = Object.fromEntries(chosen.map(({ key }) => [key, null]));
    await this.edit(vscode.l10n.t('Remove Tag'), runs, { tags });
  }

  /** One line is asked for here; longer notes are written on the run's page. */
  async note(run: RunRef): Promise<void> {
    const { note } = await run.session.request('runs/get', { runId: run.row.runId });
    if (/[\r\n]/.test(note.trim())) {
      this.parts.openPage(run);
      return;
    }
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Note on {0}', plain(run.row.name, 60)),
      prompt: vscode.l10n.t('Markdown; the run’s page takes more than one line'),
      value: note.trim(),
    });
    if (text !== undefined && text !== note.trim()) await this.edit(vscode.l10n.t('Note'), [run], { note: text });
  }

  async move(runs: readonly RunRef[]): Promise<void> {
    const sessions = sessionsOf(runs);
    const experiment = await chooseText({
      title: vscode.l10n.t('Move {0} to Experiment', namesOf(runs)),
      placeholder: vscode.l10n.t('Choose an experiment, or type the name of another'),
      describe: vscode.l10n.t('new experiment'),
      suggest: async (typed) => {
        const names = (await Promise.all(sessions.map(experimentsOf))).flat();
        const wanted = typed.toLowerCase();
        return [...new Set(names)]
          .filter((name) => name.toLowerCase().includes(wanted))
          .map((name) => ({
            label: withoutIcons(plain(name, 100)),
            iconPath: new vscode.ThemeIcon('beaker'),
            text: name,
          }));
      },
    });
    if (experiment !== undefined) await this.moveTo(runs, experiment);
  }

  async moveTo(runs: readonly RunRef[], experiment: string): Promise<void> {
    const moved = runs.filter(({ row }) => row.experiment !== experiment);
    await this.edit(vscode.l10n.t('Move'), moved, { experiment });
    if (moved.length > 0) say(vscode.l10n.t('{0} moved to {1}.', namesOf(moved), plain(experiment, 60)));
  }

  /** Runs that were dropped onto something. */
  async drop(runs: readonly RunRef[], edit: EditOf): Promise<void> {
    if (edit.experiment === undefined) await this.edit(vscode.l10n.t('Tag'), runs, edit);
    else await this.moveTo(runs, edit.experiment);
  }

  async edit(what: string, runs: readonly RunRef[], edit: EditOf): Promise<void> {
    if (runs.length > 0) await this.parts.edits.apply(`${what}: ${namesOf(runs)}`, runs, edit);
  }

  async delete(runs: readonly RunRef[]): Promise<void> {
    const names = namesOf(runs);
    const { undo } = await this.parts.edits.delete(vscode.l10n.t('Delete: {0}', names), runs);
    if (undo) this.offer(vscode.l10n.t('Deleted {0}.', names), undo);
  }

  async restore(runs: readonly RunRef[]): Promise<void> {
    await this.parts.edits.restore(vscode.l10n.t('Restore: {0}', namesOf(runs)), runs);
  }

  async undo(): Promise<void> {
    const what = await this.parts.edits.undo();
    say(what === undefined ? vscode.l10n.t('Nothing to undo.') : vscode.l10n.t('Undone: {0}', what));
  }

  /** Not awaited: what was done is done, the offer may stand for as long as the user likes. */
  private offer(text: string, step: Undo): void {
    const undo = vscode.l10n.t('Undo');
    void vscode.window.showInformationMessage(text, undo).then((chosen) => {
      if (chosen !== undo) return;
      void this.parts.attempt(undo, async () => {
        await this.parts.edits.undo(step);
      });
    });
  }
}

const say = (text: string): void => void vscode.window.setStatusBarMessage(withoutIcons(text), SAID_MS);

function nameProblem(typed: string): string | undefined {
  if (typed.trim() === '') return vscode.l10n.t('A run needs a name.');
  return typed.trim().length > MAX_NAME_CHARS ? vscode.l10n.t('At most {0} characters.', MAX_NAME_CHARS) : undefined;
}

/** `fraud-rf`, or `3 runs`. */
export function namesOf(runs: readonly RunRef[]): string {
  const [only] = runs;
  return runs.length === 1 && only ? plain(only.row.name, 60) : vscode.l10n.t('{0} runs', runs.length);
}

const sessionsOf = (runs: readonly RunRef[]): StoreSession[] => [...new Set(runs.map(({ session }) => session))];

async function tagsOf({ session, row }: RunRef): Promise<Map<string, string>> {
  const { tags } = await session.request('runs/tags', { runId: row.runId, limit: SUGGESTIONS });
  return new Map(tags.map(({ key, value }) => [key, value]));
}

async function experimentsOf(session: StoreSession): Promise<string[]> {
  return (await session.request('experiments/list', { limit: 500 })).experiments.map(({ name }) => name);
}

interface TextRow extends vscode.QuickPickItem {
  readonly text?: string;
}

/** One of what there is, or another that is typed. */
async function chooseText(how: {
  readonly title: string;
  readonly placeholder: string;
  /** What a typed one is. */
  readonly describe: string;
  readonly suggest: (typed: string) => Promise<readonly (TextRow & { readonly text: string })[]>;
}): Promise<string | undefined> {
  const typedRow = (value: string): TextRow[] => {
    const text = value.trim().slice(0, MAX_NAME_CHARS);
    if (text === '') return [];
    return [{ label: withoutIcons(plain(text, 100)), description: how.describe, alwaysShow: true, text }];
  };
  const answer = await pickLive<TextRow, { text: string }>({
    title: how.title,
    placeholder: how.placeholder,
    now: typedRow,
    later: async (value) => {
      const known = await how.suggest(value.trim());
      const isKnown = known.some(({ text }) => text === value.trim());
      return { items: [...(isKnown ? [] : typedRow(value)), ...known] };
    },
    typed: (value) => typedRow(value)[0],
    accept: (item) => (item?.text === undefined ? undefined : { answer: { text: item.text } }),
  });
  return answer === undefined || answer === 'back' ? undefined : answer.text;
}
