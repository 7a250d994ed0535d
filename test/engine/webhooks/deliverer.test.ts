/** What becomes of deliveries, told by a clock that the test holds and receivers that answer as they should. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, Deliverer, type Limits, type Outgoing } from '../../../src/engine/webhooks/deliverer';
import { type Answer, NotAllowed, type Order, type Post, postUnder } from '../../../src/engine/webhooks/post';
import { urlRulesOf } from '../../../src/engine/webhooks/urls';
import { type AnswerTo, type Receiver, receiver } from './receiver';

class TestClock implements Clock {
  private nowMs = 0;
  private timers: { readonly atMs: number; readonly run: () => void }[] = [];

  unixMs = () => Date.UTC(2026, 0, 1) + this.nowMs;
  monotonicMs = () => this.nowMs;
  random = () => 0.5;

  later(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      await this.settle();
      const due = this.timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.nowMs = due.atMs;
      this.timers = this.timers.filter((one) => one !== due);
      due.run();
    }
    this.nowMs = endMs;
    await this.settle();
  }

  /** Whatever needs no time is done. */
  private async settle(): Promise<void> {
    for (let n = 0; n < 100; n++) await turn();
  }
}

/** Answers what is said for the nth order to a URL; an error is thrown, null hangs until it is given up. */
class TestPost {
  readonly orders: (Order & { readonly atMs: number })[] = [];
  underWay = 0;
  mostUnderWay = 0;

  constructor(
    private readonly clock: Clock,
    private readonly answers: (url: string, nth: number) => Partial<Answer> | Error | null,
  ) {}

  readonly post: Post = async (order) => {
    this.orders.push({ ...order, atMs: this.clock.monotonicMs() });
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    try {
      const answer = this.answers(order.url, this.orders.filter(({ url }) => url === order.url).length);
      await turn();
      if (answer instanceof Error) throw answer;
      if (answer !== null) return { status: 200, retryAfter: null, body: '', ...answer };
      return await new Promise<never>((_, reject) => {
        const giveUp = () => {
          reject(new Error('aborted'));
        };
        if (order.signal.aborted) giveUp();
        else order.signal.addEventListener('abort', giveUp);
      });
    } finally {
      this.underWay--;
    }
  };
}

const to = (webhookId: string, body = '{}'): Outgoing => ({
  webhookId,
  label: `webhook ${webhookId}`,
  url: `https://${webhookId}.example/`,
  secret: 's3cret',
  body,
});

let clock: TestClock;
let log: string[];
beforeEach(() => {
  clock = new TestClock();
  log = [];
});

function setup(answers: ConstructorParameters<typeof TestPost>[1], limits: Partial<Limits> = {}) {
  const test = new TestPost(clock, answers);
  return { test, deliverer: new Deliverer(test.post, (message) => log.push(message), clock, limits) };
}
const timesOf = (test: TestPost) => test.orders.map(({ atMs }) => atMs);

describe('what fails', () => {
  it.each([429, 500, 502, 503, 504])(
    'is tried again after %i, as the same delivery, until it is taken',
    async (status) => {
      const { test, deliverer } = setup((_, nth) => ({ status: nth < 3 ? status : 200 }));
      deliverer.add(to('a'));
      await clock.pass(60_000);
      expect(timesOf(test)).toEqual([0, 1500, 4000]);
      const ids = test.orders.map(({ headers }) => headers['X-MLflow-Delivery-Id']);
      expect(new Set(ids).size).toBe(1);
      expect(log).toEqual([]);
    },
  );

  it('is given up after three more times, with the reason in the log', async () => {
    const { test, deliverer } = setup(() => ({ status: 503 }));
    deliverer.add(to('a'));
    await clock.pass(600_000);
    expect(timesOf(test)).toEqual([0, 1500, 4000, 8500]);
    expect(log).toEqual(['webhook a: not delivered, the receiver answered 503 (tried 4 times)']);
  });

  it.each([301, 400, 401, 404, 501])('is not tried again after %i', async (status) => {
    const { test, deliverer } = setup(() => ({ status }));
    deliverer.add(to('a'));
    await clock.pass(600_000);
    expect(test.orders).toHaveLength(1);
    expect(log).toEqual([`webhook a: not delivered, the receiver answered ${String(status)} (tried once)`]);
  });

  it('is tried again where nobody listens, and not where nothing may be sent', async () => {
    const { test, deliverer } = setup((url) => (url.includes('a.') ? new Error('ECONNREFUSED') : new NotAllowed('no')));
    deliverer.add(to('a'));
    deliverer.add(to('b'));
    await clock.pass(600_000);
    expect(test.orders.map(({ url }) => url).sort()).toEqual([...Array(4).fill(to('a').url), to('b').url]);
    expect(log).toEqual([
      'webhook b: not delivered, no (tried once)',
      'webhook a: not delivered, ECONNREFUSED (tried 4 times)',
    ]);
  });

  it.each([
    ['7', 7000],
    [new Date(Date.UTC(2026, 0, 1) + 20_000).toUTCString(), 20_000],
    ['86400', 60_000],
    ['soon', 1500],
  ])('waits as long as the receiver asks, up to a minute (Retry-After: %s)', async (retryAfter, pauseMs) => {
    const { test, deliverer } = setup((_, nth) => ({ status: nth === 1 ? 429 : 200, retryAfter }));
    deliverer.add(to('a'));
    await clock.pass(600_000);
    expect(timesOf(test)).toEqual([0, pauseMs]);
  });
});

describe('a receiver that hangs', () => {
  it('is waited for no longer than 30 s', async () => {
    const { test, deliverer } = setup(() => null);
    deliverer.add(to('a'));
    await clock.pass(29_999);
    expect(test.orders[0]?.signal.aborted).toBe(false);
    await clock.pass(1);
    expect(test.orders[0]?.signal.aborted).toBe(true);
    await clock.pass(600_000);
    expect(log).toEqual(['webhook a: not delivered, no answer within 30 s (tried 4 times)']);
  });

  it('holds up no other one', async () => {
    const { test, deliverer } = setup((url) => (url.includes('slow') ? null : {}));
    for (let n = 0; n < 20; n++) deliverer.add(to('slow'));
    for (let n = 0; n < 20; n++) deliverer.add(to('quick'));
    await clock.pass(1000);
    expect(test.orders.filter(({ url }) => url.includes('quick'))).toHaveLength(20);
    expect(test.orders.filter(({ url }) => url.includes('slow'))).toHaveLength(1);
  });
});

describe('what waits', () => {
  it('goes four at a time, one at a time to each webhook', async () => {
    const { test, deliverer } = setup(() => ({}));
    for (let n = 0; n < 30; n++) deliverer.add(to(`w${String(n % 6)}`));
    await clock.pass(1000);
    expect(test.orders).toHaveLength(30);
    expect(test.mostUnderWay).toBe(4);
  });

  it('is bounded: the oldest goes, and the log says so', async () => {
    const { test, deliverer } = setup((_, nth) => (nth === 1 ? null : {}), { waiting: 3 });
    for (let n = 0; n < 6; n++) deliverer.add(to('a', `{"n":${String(n)}}`));
    expect(log).toEqual(['webhook a: not delivered, too many wait (1 were dropped so far)']);
    await clock.pass(600_000);
    expect(test.orders.map(({ body }) => body)).toEqual(expect.arrayContaining(['{"n":4}', '{"n":5}']));
    expect(test.orders.map(({ body }) => body)).not.toContain('{"n":1}');
  });

  it('is bounded in bytes, too', () => {
    const { deliverer } = setup(() => null, { waitingBytes: 100 });
    for (let n = 0; n < 4; n++) deliverer.add(to('a', 'x'.repeat(60)));
    expect(log).toHaveLength(1);
  });

  it('is not sent where the webhook is gone meanwhile, nor when the engine ends', async () => {
    const { test, deliverer } = setup(() => null);
    for (const id of ['a', 'a', 'b', 'b']) deliverer.add(to(id));
    deliverer.forget('a');
    await clock.pass(10);
    expect(log).toEqual(['webhook a: not delivered, the webhook was changed or deleted (tried once)']);
    deliverer.close();
    deliverer.add(to('c'));
    await clock.pass(600_000);
    expect(test.orders).toHaveLength(2);
    expect(test.orders.every(({ signal }) => signal.aborted)).toBe(true);
    expect(log.at(-1)).toBe('webhooks: 2 deliveries are given up, the engine ends');
  });
});

describe('over the network', () => {
  const post = postUnder(urlRulesOf({}));
  const open: Receiver[] = [];
  const at = async (answer?: AnswerTo): Promise<Receiver> => {
    const one = await receiver(answer);
    open.push(one);
    return one;
  };
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });
  const send = (url: string, signal = new AbortController().signal) =>
    post({ url, headers: { 'Content-Type': 'application/json' }, body: '{"entity":"größe"}', signal });

  it('brings what is to be said, and the answer back', async () => {
    const { url, received } = await at((response) => response.writeHead(503, { 'Retry-After': '5' }).end('busy'));
    expect(await send(url)).toEqual({ status: 503, retryAfter: '5', body: 'busy' });
    expect(received[0]).toMatchObject({ path: '/hook', text: '{"entity":"größe"}' });
    expect(await send(url.replace('127.0.0.1', 'localhost'))).toMatchObject({ status: 503 });
  });

  it('follows no redirect', async () => {
    const aim = await at();
    const { url } = await at((response) => response.writeHead(307, { Location: aim.url }).end());
    expect(await send(url)).toMatchObject({ status: 307 });
    expect(aim.received).toEqual([]);
  });

  it('reads no more of an answer than it may, and takes the status for said though the rest never comes', async () => {
    const endless = await at((response) => {
      response.write('x'.repeat(200_000));
    });
    expect((await send(endless.url)).body).toHaveLength(64_000);
    const half = await at((response) => {
      response.write('half');
    });
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort(new Error('late'));
    }, 200);
    expect(await send(half.url, controller.signal)).toMatchObject({ status: 200, body: 'half' });
  });

  it('gives up when it is told so', async () => {
    const { url } = await at(() => undefined);
    await expect(send(url, AbortSignal.timeout(100))).rejects.toThrow();
  });

  it('says who is not there, and goes to nobody of a private network', async () => {
    const gone = await receiver();
    gone.close();
    await expect(send(gone.url)).rejects.toThrow(/ECONNREFUSED/);
    await expect(send('https://10.0.0.1/')).rejects.toThrow(NotAllowed);
    await expect(send('https://nobody.invalid/')).rejects.toThrow(/host 'nobody\.invalid' is not found/);
  });
});
