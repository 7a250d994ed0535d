/** The process of jobs: gets a task from the engine, does it, answers, and waits for another. It ends with the engine. */
import { LoopwrightError } from '../../protocol/errors';
import type { FromJob, ToJob } from './messages';
import { type JobContext, tasks } from './tasks';

let abort = new AbortController();
process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToJob) => {
  if (message.kind === 'abort') abort.abort();
  else void perform(message);
});

async function perform({ name, params }: Extract<ToJob, { kind: 'task' }>): Promise<void> {
  abort = new AbortController();
  const context: JobContext = {
    signal: abort.signal,
    log: (text) => send({ kind: 'log', text }),
    progress: (value) => send({ kind: 'progress', value }),
  };
  try {
    const task = (tasks as Readonly<Record<string, (params: unknown, context: JobContext) => Promise<unknown>>>)[name];
    if (!task) throw new LoopwrightError('internal', `There is no job ${name}.`);
    send({ kind: 'done', value: await task(params, context) });
  } catch (thrown) {
    const { code, message } = LoopwrightError.from(thrown);
    send({ kind: 'failed', code, message });
  }
}

function send(message: FromJob): void {
  process.send?.(message);
}
