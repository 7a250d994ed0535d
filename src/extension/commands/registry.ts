/**
 * The one door for commands: each is timed, and what goes wrong in it is told once, with the way out as a button.
 */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import type { Log } from '../log';
import { type Disposable, Disposables } from '../signal';
import { COMMAND_IDS, type CommandId } from './ids';

/** What a command gets from wherever it was called: a tree node, a file, nothing. */
export type Handler = (...given: readonly unknown[]) => Promise<void>;
/** Leaving a command out does not compile. */
export type Handlers = Readonly<Record<CommandId, Handler>>;

export interface WayOut {
  readonly title: string;
  readonly take: () => PromiseLike<unknown>;
}
export type WaysOut = (error: LoopwrightError) => readonly WayOut[];

export class Commands implements Disposable {
  private readonly disposables = new Disposables();

  constructor(
    private readonly log: Log,
    private readonly waysOut: WaysOut,
  ) {}

  register(handlers: Handlers): void {
    for (const id of COMMAND_IDS) {
      this.disposables.track(
        vscode.commands.registerCommand(id, (...given: unknown[]) => this.run(id, () => handlers[id](...given))),
      );
    }
  }

  /** Does something for the user; an error becomes a message. */
  async run(what: string, work: () => Promise<void>): Promise<void> {
    const started = performance.now();
    try {
      await work();
      // With the time that the user took to answer, where it asked something.
      this.log.debug(`${what}: ${String(Math.round(performance.now() - started))} ms`);
    } catch (thrown) {
      const error = LoopwrightError.from(thrown);
      this.log.error(
        `${what}: ${error.code}: ${error.code === 'internal' ? (error.stack ?? error.message) : error.message}`,
      );
      // Not awaited: the command is over, the message may stand for as long as it likes.
      void this.tell(error);
    }
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async tell(error: LoopwrightError): Promise<void> {
    const ways = this.waysOut(error);
    const chosen = await vscode.window.showErrorMessage(error.message, ...ways.map(({ title }) => title));
    const way = ways.find(({ title }) => title === chosen);
    if (!way) return;
    await this.run(way.title, async () => {
      await way.take();
    });
  }
}
