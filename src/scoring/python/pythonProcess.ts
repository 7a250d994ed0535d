/** One process that runs a model of Python, in the environment that has its libraries. It ends with its stdin. */
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { NamedTensor } from '../../inference/datatype';
import { Refused } from '../../inference/refused';
import type { RanRows } from '../../inference/rows';
import { LoopwrightError } from '../../protocol/errors';
import { modelPythonEnvironment } from '../../protocol/node/pythonEnvironment';
import type { ScorePython } from '../../protocol/score';
import { type FromPython, type Opened, readFrames, writeFrame } from './frames';

const MAX_COMPLAINT_CHARS = 4000;

export interface Answered {
  readonly head: FromPython;
  readonly tensors: readonly NamedTensor[];
}

interface Waiting {
  readonly resolve: (answered: Answered) => void;
  readonly reject: (why: Error) => void;
}

export class PythonProcess {
  private readonly child: ChildProcess;
  /** Open until it ends: its end tells the process that nobody waits any more. */
  private readonly stdin: Writable;
  /** It answers in the order in which it is asked. */
  private readonly waiting: Waiting[] = [];
  private over: Error | null = null;
  private complaints = '';

  /** @param label what errors call the model */
  constructor(
    { exe, program }: ScorePython,
    private readonly label: string,
  ) {
    // A group of its own: what the model's code starts ends with it.
    this.child = spawn(exe, [program], {
      env: environment(program),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      detached: process.platform !== 'win32',
    });
    const { stdin, stdout, stderr } = this.child as { stdin: Writable; stdout: Readable; stderr: Readable };
    this.stdin = stdin;
    stdin.on('error', () => undefined); // it has ended: its exit says why
    readFrames(
      stdout,
      (head, tensors) => this.take(head, tensors),
      (why) => this.end(why),
    );
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaints = (this.complaints + text).slice(-MAX_COMPLAINT_CHARS);
    });
    this.child.once('error', (cause) =>
      this.end(new LoopwrightError('no_python', `The Python interpreter ${exe} could not be started.`, { cause })),
    );
    this.child.once('close', (code, signal) => this.end(this.whyOver(signal ?? `code ${String(code)}`)));
  }

  get hasEnded(): boolean {
    return this.over !== null;
  }

  /** @throws LoopwrightError `bad_request` where it can't be loaded, `no_python` */
  async open(path: string, search: readonly string[]): Promise<Opened> {
    const { head } = await this.ask({ open: { path, search } }, []);
    if ('opened' in head) return head.opened;
    throw this.unexpected();
  }

  /**
   * @param cast types that its outputs had before
   * @throws LoopwrightError `bad_request` that names the model
   */
  async rows(feeds: readonly NamedTensor[], step: number, cast: Readonly<Record<string, string>>): Promise<RanRows> {
    const { head, tensors } = await this.ask({ rows: { step, cast } }, feeds);
    if ('answered' in head) return { outputs: tensors, refused: head.answered.refused };
    throw this.unexpected();
  }

  kill(): void {
    const { pid } = this.child;
    if (pid === undefined || this.over) return;
    try {
      if (process.platform === 'win32') this.child.kill();
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }

  private ask(head: object, tensors: readonly NamedTensor[]): Promise<Answered> {
    return new Promise((resolve, reject) => {
      if (this.over) {
        reject(this.over);
        return;
      }
      this.waiting.push({ resolve, reject });
      writeFrame(this.stdin, head, tensors);
    });
  }

  private take(head: FromPython, tensors: readonly NamedTensor[]): void {
    const waiting = this.waiting.shift();
    if ('refused' in head) waiting?.reject(new Refused(head.refused));
    else if ('missing' in head) {
      const { packages, neededFor } = head.missing;
      const install = [this.child.spawnfile, '-m', 'pip', 'install', ...packages].join(' ');
      waiting?.reject(
        new LoopwrightError(
          'bad_request',
          `${neededFor} needs ${packages.join(' and ')}, which ${this.child.spawnfile} does not have. Install it: ${install}`,
        ),
      );
    } else waiting?.resolve({ head, tensors });
  }

  private unexpected(): LoopwrightError {
    return new LoopwrightError('internal', `${this.label} answered what was not asked.`);
  }

  private end(why: Error): void {
    this.over ??= why;
    for (const { reject } of this.waiting.splice(0)) reject(this.over);
  }

  private whyOver(how: string): LoopwrightError {
    const last = this.complaints.trim().split('\n').at(-1) ?? '';
    const words = last === '' ? '.' : `: ${last.slice(0, 300)}`;
    return new LoopwrightError('bad_request', `${this.label} ended its process (${how})${words}`);
  }
}

/** One thread for each: there are as many processes as cores are to be used. */
const environment = (program: string): NodeJS.ProcessEnv => ({
  ...modelPythonEnvironment(process.env, dirname(program)),
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
});
