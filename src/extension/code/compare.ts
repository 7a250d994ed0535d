/** Showing how a run's code differs, in VS Code's own diff editors. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { ChangedFile } from '../../protocol/capture';
import type { RunRef } from '../commands/pickRun';
import { plain } from '../text';
import { codeUri, nothingUri } from './documents';

/** What a run's code is held against. */
export type Other = 'commit' | 'now' | RunRef;

interface Comparison {
  /** The folder that the paths are below. */
  readonly root: string;
  readonly files: readonly ChangedFile[];
  readonly count: number;
  /** In the title of an editor: `commit 3f2a9c1 ↔ train`. */
  readonly title: string;
}

/** From the older to the newer: what a run had stands on the right of its commit, and on the left of anything else. */
interface Sides {
  readonly left: vscode.Uri;
  readonly right: vscode.Uri;
}

/** Opens the diff editor for one file: the run's beside its commit's, now's, or another run's. */
export async function openDiff(run: RunRef, path: string, other: Other = 'commit'): Promise<void> {
  const comparison = await compare(run, other);
  const file = comparison.files.find((one) => one.path === path);
  if (file) await showOne(run, other, comparison, file);
  else await vscode.window.showTextDocument(codeUri(run.session, run.row.runId, 'snapshot', path), { preview: true });
}

/** Asks which file is meant, or shows all of them, where more than one differs. */
export async function openCompare(run: RunRef, other: Other): Promise<void> {
  const comparison = await compare(run, other);
  const { files, count, title } = comparison;
  const [first, ...more] = files;
  if (!first) {
    void vscode.window.showInformationMessage(vscode.l10n.t('No file differs: {0}.', title));
    return;
  }
  if (more.length === 0) {
    await showOne(run, other, comparison, first);
    return;
  }
  const chosen = await pickFile(files, count, title);
  if (chosen === 'all') await showAll(run, other, comparison);
  else if (chosen) await showOne(run, other, comparison, chosen);
}

/** The file as the run had it. */
export async function openSource(run: RunRef, path: string): Promise<void> {
  await vscode.window.showTextDocument(codeUri(run.session, run.row.runId, 'snapshot', path), { preview: true });
}

async function compare({ session, row }: RunRef, other: Other): Promise<Comparison> {
  const { runId } = row;
  const name = plain(row.name, 40);
  if (other === 'commit') {
    const { commit, ...found } = await session.request('code/changes', { runId });
    const at = commit === null ? vscode.l10n.t('no commit yet') : commit.slice(0, 7);
    return { ...found, title: `${at} ↔ ${name}` };
  }
  const against = other === 'now' ? other : { runId: other.row.runId };
  const found = await session.request('code/compare', { runId, with: against });
  return { ...found, title: `${name} ↔ ${other === 'now' ? vscode.l10n.t('now') : plain(other.row.name, 40)}` };
}

function sidesOf({ session, row }: RunRef, other: Other, root: string, { path, status }: ChangedFile): Sides {
  const nothing = nothingUri(session, path);
  const ours = codeUri(session, row.runId, 'snapshot', path);
  const isNew = status === 'added' || status === 'untracked';
  const isGone = status === 'deleted';
  if (other === 'commit')
    return {
      left: isNew ? nothing : codeUri(session, row.runId, 'commit', path),
      right: isGone ? nothing : ours,
    };
  const theirs =
    other === 'now' ? vscode.Uri.file(join(root, path)) : codeUri(other.session, other.row.runId, 'snapshot', path);
  return { left: isNew ? nothing : ours, right: isGone ? nothing : theirs };
}

async function showOne(run: RunRef, other: Other, { root, title }: Comparison, file: ChangedFile): Promise<void> {
  const { left, right } = sidesOf(run, other, root, file);
  await vscode.commands.executeCommand('vscode.diff', left, right, `${file.path} (${title})`, { preview: true });
}

async function showAll(run: RunRef, other: Other, { root, files, title }: Comparison): Promise<void> {
  const resources = files.map((file) => {
    const { left, right } = sidesOf(run, other, root, file);
    return [vscode.Uri.file(join(root, file.path)), left, right];
  });
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}

interface FileItem extends vscode.QuickPickItem {
  readonly file: ChangedFile | 'all';
}

async function pickFile(files: readonly ChangedFile[], count: number, title: string) {
  const words: Readonly<Record<ChangedFile['status'], string>> = {
    added: vscode.l10n.t('added'),
    modified: vscode.l10n.t('modified'),
    deleted: vscode.l10n.t('deleted'),
    untracked: vscode.l10n.t('untracked'),
  };
  const icons = { added: 'diff-added', modified: 'diff-modified', deleted: 'diff-removed', untracked: 'diff-added' };
  const all: FileItem = {
    label: vscode.l10n.t('All {0} Files', files.length),
    ...(count > files.length ? { description: vscode.l10n.t('the first of {0}', count) } : {}),
    iconPath: new vscode.ThemeIcon('diff-multiple'),
    file: 'all',
  };
  const items = files.map((file): FileItem => ({
    label: plain(file.path, 200),
    description: words[file.status],
    iconPath: new vscode.ThemeIcon(icons[file.status]),
    file,
  }));
  const chosen = await vscode.window.showQuickPick([all, ...items], {
    title,
    placeHolder: vscode.l10n.t('Choose a file'),
    matchOnDescription: true,
  });
  return chosen?.file;
}
