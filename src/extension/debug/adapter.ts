/**
 * Between VS Code and the debugpy inside of a run. debugpy listens in the script's process and is attached to; for
 * VS Code it is a launch, so that its buttons are those of a program that it has started. Stopping stops the run, in
 * the run's own way: the script gets its KeyboardInterrupt and is not killed by the debugger.
 */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { describeError, type Log } from '../log';
import { type Disposable, Signal } from '../signal';
import { Frames } from './frames';

const HOST = '127.0.0.1';
const RETRY_MS = 100;
/** How many attempts to connect go by between two questions whether the run is over. */
const ASK_EVERY = 5;

const Message = z.looseObject({
  type: z.string(),
  seq: z.number().optional(),
  command: z.string().optional(),
  event: z.string().optional(),
  request_seq: z.number().optional(),
  arguments: z.unknown().optional(),
});
type Message = z.infer<typeof Message>;

export interface AdapterParts {
  readonly port: number;
  /** What the attach request says. */
  readonly attach: Readonly<Record<string, unknown>>;
  readonly isRunOver: () => Promise<boolean>;
  readonly stopRun: () => Promise<unknown>;
  /** Said to the user where there was nothing to attach to. */
  readonly tooLate: string;
  readonly log: Log;
}

export class DebugpyAdapter implements Disposable {
  private readonly sent = new Signal<object>();
  readonly onDidSendMessage = this.sent.on;
  private readonly frames = new Frames();
  /** Requests that VS Code knows by another name than debugpy. */
  private readonly renamed = new Map<number, string>();
  private waiting: Message[] = [];
  private socket: Socket | null = null;
  private isOver = false;
  private isStopping = false;
  private isDisposed = false;

  constructor(private readonly parts: AdapterParts) {
    void this.connect();
  }

  /** Takes a message of VS Code. */
  handleMessage(raw: unknown): void {
    const message = Message.parse(raw);
    const translated = message.type === 'request' ? this.translate(message) : message;
    if (this.socket) this.write(translated);
    else if (this.isOver) this.refuse(message);
    else this.waiting.push(translated);
  }

  dispose(): void {
    this.isDisposed = true;
    this.socket?.destroy();
    this.sent.dispose();
  }

  private translate(message: Message): Message {
    const seq = message.seq ?? 0;
    const { command } = message;
    if (command === 'launch') {
      this.renamed.set(seq, command);
      return { ...message, command: 'attach', arguments: this.parts.attach };
    }
    if (command !== 'terminate' && command !== 'disconnect') return message;
    this.stop();
    this.renamed.set(seq, command);
    return { ...message, command: 'disconnect', arguments: { terminateDebuggee: false } };
  }

  /** The run is asked to end. A script that stands at a breakpoint goes on for it, once debugpy has let go. */
  private stop(): void {
    if (this.isOver || this.isStopping) return;
    this.isStopping = true;
    this.parts.stopRun().catch((error: unknown) => {
      this.parts.log.warn(`stopping the debugged run: ${describeError(error)}`);
    });
  }

  /** debugpy listens as soon as the interpreter has come up, however long that takes. */
  private async connect(): Promise<void> {
    for (let attempt = 1; !this.isDisposed; attempt++) {
      const socket = await tryConnect(this.parts.port);
      if (socket) {
        this.attached(socket);
        return;
      }
      if (this.isStopping || (attempt % ASK_EVERY === 0 && (await this.parts.isRunOver().catch(() => false)))) break;
      await sleep(RETRY_MS);
    }
    if (!this.isDisposed) this.end();
  }

  private attached(socket: Socket): void {
    if (this.isDisposed) {
      socket.destroy();
      return;
    }
    this.socket = socket;
    socket.on('data', (data) => {
      for (const message of this.frames.take(data)) this.fromDebugpy(message);
    });
    socket.on('error', (error) => this.parts.log.debug(`debugger's connection: ${error.message}`));
    socket.on('close', () => this.end());
    for (const message of this.waiting.splice(0)) this.write(message);
  }

  private fromDebugpy(raw: unknown): void {
    const message = Message.parse(raw);
    if (message.type === 'event' && message.event === 'terminated') this.isOver = true;
    const command = message.type === 'response' ? this.renamed.get(message.request_seq ?? -1) : undefined;
    this.sent.fire(command === undefined ? message : { ...message, command });
  }

  private write(message: Message): void {
    this.socket?.write(Frames.of(message));
  }

  /** Nothing more comes from debugpy. */
  private end(): void {
    this.socket = null;
    for (const message of this.waiting.splice(0)) this.refuse(message);
    if (this.isOver) return;
    this.isOver = true;
    this.sent.fire({ type: 'event', seq: 0, event: 'terminated' });
  }

  private refuse(message: Message): void {
    if (message.type !== 'request') return;
    const command = this.renamed.get(message.seq ?? -1) ?? message.command;
    // Ending what has ended is done.
    const isDone = command === 'disconnect' || command === 'terminate';
    this.sent.fire({
      type: 'response',
      seq: 0,
      request_seq: message.seq,
      command,
      success: isDone,
      ...(isDone ? {} : { message: this.parts.tooLate }),
    });
  }
}

function tryConnect(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => resolve(null)); // nobody listens yet
  });
}
