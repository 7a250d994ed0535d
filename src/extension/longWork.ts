/** Work that an engine does and that takes its time: shown as a notification with how far it has come, which can cancel it. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { LoopwrightError } from '../protocol/errors';

const LOOK_AGAIN_MS = 300;

export interface Come {
  readonly message?: string;
  /** In percent; left out where nobody knows. */
  readonly part?: number;
}

export interface LongWork<Result> {
  readonly title: string;
  readonly start: () => Promise<Result>;
  /** How far it has come. */
  readonly look: () => Promise<Come>;
  /** Asks the engine to end it. */
  readonly cancel: () => Promise<unknown>;
}

/** @returns null if the user has cancelled it */
export async function followWork<Result>({ title, start, look, cancel }: LongWork<Result>): Promise<Result | null> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(() => {
      cancel().catch(() => undefined); // told by the work itself
    });
    let isOver = false;
    const result = start().finally(() => (isOver = true));
    const show = async () => {
      for (let shown = 0; ;) {
        await Promise.race([sleep(LOOK_AGAIN_MS), result.catch(() => undefined)]);
        if (isOver) return;
        const { message, part = 0 } = await look();
        progress.report({ ...(message === undefined ? {} : { message }), increment: Math.max(0, part - shown) });
        shown = Math.max(shown, part);
      }
    };
    try {
      const [done] = await Promise.all([result, show().catch(() => undefined)]);
      return done;
    } catch (thrown) {
      if (LoopwrightError.from(thrown).code === 'cancelled') return null;
      throw thrown;
    }
  });
}
