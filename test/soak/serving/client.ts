/** A process that asks an endpoint, over several connections of each protocol: `client.cjs ORDER`. It ends at the first wrong answer. */
import process from 'node:process';
import { askIn } from './ask';
import { hasLabel, idOf, PROTOCOLS, type Protocol, rowsOf } from './asked';
import { HttpConnection } from './http';
import { type ClientOrder, type ConnectionReport, type Report, Times } from './report';

const TELL_MS = 1000;

const order = JSON.parse(process.argv[2] ?? '') as ClientOrder;
const tell = (report: Report): Promise<unknown> => new Promise((resolve) => process.send?.(report, resolve));

let left = order.requests;
let labelled = 0;
const times = new Times();

async function work(connection: string, protocol: Protocol, counted: { answered: number }): Promise<void> {
  const { ask, close } = askIn(protocol, order.url);
  for (let number = 0; left > 0 && Date.now() < order.untilMs; number++) {
    left--;
    const id = idOf(connection, number);
    const rows = rowsOf(connection, number);
    const sinceMs = performance.now();
    const wrong = await ask(id, rows).catch((error: unknown) => String(error));
    if (wrong !== null) throw new Error(`${id} in ${protocol}: ${wrong}`);
    times.add(performance.now() - sinceMs);
    counted.answered++;
    if (!hasLabel(number)) continue;
    // A connection of its own: one that says nothing for so long as it takes to get here on a busy machine is closed.
    const feedback = new HttpConnection(order.url);
    const { status, body } = await feedback.post('/feedback', JSON.stringify({ id, label: number }));
    if (status !== 200 || body.toString() !== '{"kept":1,"unknown":[]}')
      throw new Error(`the label of ${id}: ${String(status)} ${body.toString()}`);
    feedback.close();
    labelled++;
  }
  close();
}

const counted = Array.from({ length: order.connections }, () => PROTOCOLS)
  .flat()
  .map((protocol, at) => ({ connection: `${String(order.process)}.${String(at)}`, protocol, answered: 0 }));
const sum = (): number => counted.reduce((all, { answered }) => all + answered, 0);
const telling = setInterval(() => void tell({ kind: 'progress', answered: sum(), labelled }), TELL_MS);
process.on('disconnect', () => process.exit(1));
Promise.all(counted.map((one) => work(one.connection, one.protocol, one)))
  .then(() => {
    clearInterval(telling);
    const connections: readonly ConnectionReport[] = counted;
    return tell({ kind: 'done', connections, labelled, times: times.counts });
  })
  .catch((error: unknown) => tell({ kind: 'wrong', message: error instanceof Error ? error.message : String(error) }))
  .finally(() => process.exit());
