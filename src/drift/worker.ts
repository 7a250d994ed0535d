/** The program of a thread that computes. */
import { parentPort } from 'node:worker_threads';
import { binsFigures } from './features/bins';
import { embeddingsFigures } from './features/embeddings';
import { numbersFigures } from './features/numbers';
import { textsFigures } from './features/texts';
import { countsIn } from './large/bins';
import { wholeTests } from './whole';
import type { Answered, Asked } from './workers';

parentPort?.on('message', (asked: Asked) => parentPort?.postMessage(answered(asked)));

function answered(asked: Asked): Answered {
  try {
    return { id: asked.id, answer: answerTo(asked) };
  } catch (error) {
    return { id: asked.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function answerTo(task: Asked) {
  switch (task.kind) {
    case 'numbers':
      return numbersFigures(task.asked);
    case 'counts':
      return countsIn(task.asked.ends, task.asked.values);
    case 'bins':
      return binsFigures(task.asked);
    case 'texts':
      return textsFigures(task.asked);
    case 'embeddings':
      return embeddingsFigures(task.asked);
    case 'whole':
      return wholeTests(task.asked);
  }
}
