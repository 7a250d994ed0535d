/** What a gate says to a version, check by check, and what can be done about it. */
import * as vscode from 'vscode';
import type { GateJudgement } from '../../protocol/registry';
import { plain, withoutIcons } from '../text';

export type GateChoice = 'move' | 'past' | 'approve';

interface Item extends vscode.QuickPickItem {
  /** Null for what is only read. */
  readonly choice: GateChoice | null;
}

const PASSED = new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
const FAILED = new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));

/** @returns undefined where the user chose nothing */
export function chooseAtGate(title: string, judgement: GateJudgement): Promise<GateChoice | undefined> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = title;
  pick.placeholder = judgement.verdict.passed
    ? vscode.l10n.t('It passes its gate in loopwright.yaml')
    : vscode.l10n.t('It does not pass its gate in loopwright.yaml');
  pick.items = itemsOf(judgement);
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      const choice = pick.selectedItems[0]?.choice ?? null;
      // A check is read, not chosen.
      if (choice === null) return;
      resolve(choice);
      pick.dispose();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** What can be done, then the checks, those that failed first. Pure. */
export function itemsOf({ verdict, against, comparedWith }: GateJudgement): Item[] {
  const { passed, checks } = verdict;
  const failed = checks.filter((check) => !check.passed);
  const missesApproval = failed.length > 0 && failed.every(({ name }) => name === 'approval');
  const actions: Item[] = passed
    ? [{ label: vscode.l10n.t('Move It'), iconPath: new vscode.ThemeIcon('arrow-up'), choice: 'move' }]
    : [
        ...(missesApproval
          ? [{ label: vscode.l10n.t('Approve…'), iconPath: new vscode.ThemeIcon('check'), choice: 'approve' as const }]
          : []),
        {
          label: vscode.l10n.t('Move Past the Gate…'),
          iconPath: new vscode.ThemeIcon('warning'),
          description: vscode.l10n.t('takes a reason, which is kept'),
          choice: 'past',
        },
      ];
  const heading =
    comparedWith === null
      ? vscode.l10n.t('checks')
      : vscode.l10n.t('checks, compared with {0} v{1}', plain(against, 60), String(comparedWith));
  return [
    ...actions,
    { label: heading, kind: vscode.QuickPickItemKind.Separator, choice: null },
    ...[...failed, ...checks.filter((check) => check.passed)].map((check) => ({
      label: withoutIcons(plain(check.text, 300)),
      iconPath: check.passed ? PASSED : FAILED,
      description: withoutIcons(plain(check.name, 60)),
      choice: null,
    })),
  ];
}
