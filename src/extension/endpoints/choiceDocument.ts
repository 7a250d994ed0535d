/** Figures and recommendation as a document that is read, and goes when its tab is closed. */
import * as vscode from 'vscode';
import { formatNumber } from '../../protocol/format';
import {
  choiceHeadline,
  FIGURE_COLUMNS,
  figureNotes,
  figureRows,
  type ServeChoice,
  type ServeFigures,
  type ServeWishes,
} from '../../protocol/serveChoice';
import { escapeMarkdown, plain } from '../text';

const SCHEME = 'loopwright-choice';
const KEPT = 20;

/** Disposed with the extension. */
export type Track = (one: vscode.Disposable) => unknown;

/** By path; the preview reads it again when its tab is shown once more. */
const texts = new Map<string, string>();
const changed = new vscode.EventEmitter<vscode.Uri>();
let isProvided = false;

export async function showChoice(track: Track, label: string, text: string): Promise<void> {
  if (!isProvided) {
    isProvided = true;
    const provideTextDocumentContent = ({ path }: vscode.Uri) => texts.get(path) ?? '';
    track(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
        onDidChange: changed.event,
        provideTextDocumentContent,
      }),
    );
  }
  const name = `${plain(label, 60).replaceAll(/[\\/]/g, ' ')}.md`;
  const at = vscode.Uri.from({ scheme: SCHEME, path: `/${vscode.l10n.t('How to serve {0}', name)}` });
  texts.delete(at.path);
  texts.set(at.path, text);
  for (const old of [...texts.keys()].slice(0, -KEPT)) texts.delete(old);
  changed.fire(at);
  await vscode.commands.executeCommand('markdown.showPreview', at);
}

/** Pure. */
export function choiceMarkdown(label: string, wishes: ServeWishes, figures: ServeFigures, choice: ServeChoice): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => escapeMarkdown(cell)).join(' | ')} |`;
  const list = (lines: readonly string[]) => lines.map((line) => `- ${escapeMarkdown(line)}`).join('\n');
  const sides = FIGURE_COLUMNS.map((_, at) => (at === 0 ? ':---' : '---:'));
  return `# ${escapeMarkdown(plain(label, 100))}

**${escapeMarkdown(choiceHeadline(choice))}**

${list(choice.reasons)}

${row(FIGURE_COLUMNS)}
| ${sides.join(' | ')} |
${figureRows(wishes, figures).map(row).join('\n')}

${list([askedWords(wishes), ...figureNotes(figures)])}
`;
}

function askedWords({ latencyMs, rowsPerDay, freshness }: ServeWishes): string {
  const latency =
    latencyMs === null ? vscode.l10n.t('no bound of latency') : vscode.l10n.t('an answer within {0} ms', latencyMs);
  const rows =
    rowsPerDay === null
      ? vscode.l10n.t('rows a day not known')
      : vscode.l10n.t('{0} rows a day', formatNumber(rowsPerDay));
  const age: Readonly<Record<ServeWishes['freshness'], string>> = {
    seconds: vscode.l10n.t('seconds old at most'),
    minutes: vscode.l10n.t('minutes old at most'),
    hours: vscode.l10n.t('hours old at most'),
    days: vscode.l10n.t('days old at most'),
  };
  return vscode.l10n.t('Asked for: {0}, {1}, {2}.', latency, rows, age[freshness]);
}
