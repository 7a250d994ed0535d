/**
 * The terminals of runs. A terminal shows a run and takes what is typed; the run belongs to its runner and goes on
 * without it. After a reload of the window VS Code brings its terminals back; they are known again by their process.
 */
import * as vscode from 'vscode';
import type { PreparedRun } from '../../client/launch';
import { startOf } from '../../protocol/node/processes';
import { inBackground, type Log } from '../log';
import { type Disposable, Disposables, Signal } from '../signal';
import { plain } from '../text';

const MEMORY_KEY = 'terminals';
const MEMORY_SIZE = 100;

/** The process of each run's terminal. */
type Terminals = Readonly<Record<string, string>>;

export interface RunView {
  readonly runId: string;
  readonly name: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
}

export class RunTerminals implements Disposable {
  private readonly disposables = new Disposables();
  private readonly closedByUser = this.disposables.track(new Signal<string>());
  /** The id of a run whose terminal the user closed. */
  readonly onDidCloseByUser = this.closedByUser.on;
  private readonly byRun = new Map<string, vscode.Terminal>();

  constructor(
    /** Of the workspace. */
    private readonly memory: vscode.Memento,
    private readonly log: Log,
  ) {
    this.disposables.track(vscode.window.onDidCloseTerminal((terminal) => this.closed(terminal)));
    this.disposables.track(vscode.window.onDidOpenTerminal((terminal) => this.recognize(terminal)));
    for (const terminal of vscode.window.terminals) this.recognize(terminal);
  }

  /** Starts a run in a terminal of its own. The focus stays in the editor; one that is not shown waits to be. */
  start({ spec, runner }: PreparedRun, folder: string, isShown = true): void {
    const command = [...runner, '--detach', '--hold'];
    const terminal = this.create({ runId: spec.run_id, name: spec.name, command, cwd: folder });
    if (isShown) terminal.show(true);
  }

  /** @returns whether the run had a terminal to show */
  show(runId: string): boolean {
    const terminal = this.byRun.get(runId);
    terminal?.show();
    return terminal !== undefined;
  }

  open(view: RunView, preserveFocus: boolean): void {
    this.create(view).show(preserveFocus);
  }

  /** The runs that have a terminal. */
  get runIds(): string[] {
    return [...this.byRun.keys()];
  }

  close(runId: string): void {
    this.byRun.get(runId)?.dispose();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private create({ runId, name, command, cwd }: RunView): vscode.Terminal {
    const [shellPath, ...shellArgs] = command;
    const terminal = vscode.window.createTerminal({
      name: plain(name, 40),
      ...(shellPath === undefined ? {} : { shellPath }),
      shellArgs,
      cwd,
      iconPath: new vscode.ThemeIcon('beaker'),
    });
    this.byRun.set(runId, terminal);
    const remember = async () => {
      const process = await processOf(terminal);
      if (process !== null) await this.memory.update(MEMORY_KEY, { ...this.recent(), [runId]: process });
    };
    inBackground(this.log, 'remembering a terminal', remember());
    return terminal;
  }

  private recognize(terminal: vscode.Terminal): void {
    const find = async () => {
      const process = await processOf(terminal);
      const [runId] = Object.entries(this.remembered()).find(([, known]) => known === process) ?? [];
      if (runId !== undefined && !this.byRun.has(runId)) this.byRun.set(runId, terminal);
    };
    inBackground(this.log, 'recognizing a terminal', find());
  }

  private closed(terminal: vscode.Terminal): void {
    for (const [runId, known] of this.byRun) {
      if (known !== terminal) continue;
      this.byRun.delete(runId);
      const { [runId]: _, ...others } = this.remembered();
      inBackground(this.log, 'forgetting a terminal', this.memory.update(MEMORY_KEY, others));
      if (terminal.exitStatus?.reason === vscode.TerminalExitReason.User) this.closedByUser.fire(runId);
    }
  }

  private remembered(): Terminals {
    return this.memory.get<Terminals>(MEMORY_KEY, {});
  }

  /** Without the oldest: what was never closed in a window that was, would pile up. */
  private recent(): Terminals {
    return Object.fromEntries(Object.entries(this.remembered()).slice(-MEMORY_SIZE + 1));
  }
}

/** Names a process so that a later one with the same number is not taken for it; null if the terminal has none. */
async function processOf(terminal: vscode.Terminal): Promise<string | null> {
  const pid = await terminal.processId;
  const start = pid === undefined ? null : startOf(pid);
  return start === null ? null : `${String(pid)}:${start}`;
}
