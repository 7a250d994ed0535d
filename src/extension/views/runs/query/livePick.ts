/** A quick pick whose rows are made anew while the user types. */
import * as vscode from 'vscode';
import { showUntilLeft } from '../../../quickInput';
import { Disposables } from '../../../signal';

const TYPING_MS = 120;

export interface LivePick<Item extends vscode.QuickPickItem, Answer> {
  readonly title: string;
  readonly placeholder: string;
  readonly value?: string;
  /** Whether there is a step to go back to. */
  readonly canGoBack?: boolean;
  /** What can be shown at once, while `later` is on its way. */
  readonly now: (value: string) => readonly Item[];
  /** `isWhole`: VS Code finds the rest of it by itself, however much is typed. */
  readonly later: (value: string) => Promise<{ readonly items: readonly Item[]; readonly isWhole?: boolean }>;
  /** The row of what is typed, where that can be an answer: Enter may come before the row does. */
  readonly typed?: (value: string) => Item | undefined;
  /** @returns the answer; or the text to go on with in the box; or undefined for a row that is none */
  readonly accept: (item: Item | undefined) => { answer: Answer } | { value: string } | undefined;
  readonly button?: (item: Item) => Promise<void>;
}

/** @returns undefined if the user left; `back` if they want the step before */
export async function pickLive<Item extends vscode.QuickPickItem, Answer>(
  how: LivePick<Item, Answer>,
): Promise<Answer | 'back' | undefined> {
  const held = new Disposables();
  const pick = held.track(vscode.window.createQuickPick<Item>());
  pick.title = how.title;
  pick.placeholder = how.placeholder;
  pick.value = how.value ?? '';
  if (how.canGoBack === true) pick.buttons = [vscode.QuickInputButtons.Back];
  let timer: NodeJS.Timeout | undefined;
  let turn = 0;
  let isWhole = false;
  const look = (value: string, delayMs: number) => {
    if (isWhole) return;
    const mine = ++turn;
    clearTimeout(timer);
    // Rows that do not depend on the text stay: VS Code counts rows, and would take one for another in between.
    if (how.typed || pick.items.length === 0) pick.items = how.now(value);
    pick.busy = true;
    const ask = async () => {
      try {
        const found = await how.later(value);
        if (mine !== turn) return;
        isWhole = found.isWhole === true;
        show(pick, found.items);
      } finally {
        if (mine === turn) pick.busy = false;
      }
    };
    // What could not be asked is not offered; what can be done without it is there already.
    timer = setTimeout(() => void ask().catch(() => undefined), delayMs);
  };
  try {
    return await new Promise<Answer | 'back' | undefined>((resolve) => {
      const go = (value: string) => {
        pick.value = value;
        look(value, 0);
      };
      held.track(pick.onDidChangeValue((value) => look(value, TYPING_MS)));
      held.track(
        pick.onDidAccept(() => {
          const [active] = pick.activeItems;
          const isShown = active !== undefined && pick.items.includes(active);
          const accepted = how.accept(isShown || !how.typed ? active : how.typed(pick.value));
          if (accepted && 'answer' in accepted) resolve(accepted.answer);
          else if (accepted) go(accepted.value);
        }),
      );
      held.track(
        pick.onDidTriggerItemButton(({ item }) => {
          void how.button?.(item).then(() => look(pick.value, 0));
        }),
      );
      held.track(pick.onDidTriggerButton(() => resolve('back')));
      look(pick.value, 0);
      held.track(showUntilLeft(pick, () => resolve(undefined)));
    });
  } finally {
    clearTimeout(timer);
    turn++;
    held.dispose();
  }
}

/** Whoever has gone to a row stays there. */
function show<Item extends vscode.QuickPickItem>(pick: vscode.QuickPick<Item>, items: readonly Item[]): void {
  const [active] = pick.activeItems;
  const isFirst = active === undefined || active === pick.items[0];
  pick.items = items;
  const same = isFirst ? undefined : items.find(({ label }) => label === active.label);
  if (same) pick.activeItems = [same];
}
