/** What an endpoint says that belongs to no protocol: what it is, what it takes, and its metrics. */
import { CHANGE, change } from '../change';
import { feedback, FEEDBACK } from '../feedback';
import { type Answer, type Dialect, json } from '../dialect';
import { STATUS } from '../failure';
import { object, TEXT } from '../schema';

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export const house: Dialect = {
  name: 'Loopwright',
  owns: () => true,
  routes: [
    {
      method: 'GET',
      path: '/',
      told: { summary: 'What is served, and all addresses' },
      isOpen: true,
      // `status` is what KServe's clients ask an endpoint's root for.
      answer: ({ standing }, served): Answer =>
        json(
          standing === 'missing'
            ? { status: 'alive' }
            : {
                status: 'alive',
                model: served.name,
                version: served.version,
                ready: served.isReady,
                log: served.log,
                key: standing === 'given',
                routes: served.routes(),
              },
        ),
    },
    {
      method: 'GET',
      path: '/openapi.json',
      told: { summary: 'This document' },
      answer: (_, served) => ({ body: served.openApi() }),
    },
    { method: 'POST', path: '/loopwright/change', told: CHANGE, answer: change },
    { method: 'POST', path: '/feedback', told: FEEDBACK, answer: feedback },
    {
      method: 'GET',
      path: '/metrics',
      told: { summary: "Prometheus' metrics, under Triton's names", type: 'text/plain', gives: () => TEXT },
      answer: (_, served) => ({ type: METRICS_TYPE, body: served.metrics() }),
    },
    {
      method: 'GET',
      path: '/loopwright/endpoint',
      told: { summary: 'How it is set, and what went wrong lately', gives: () => object({ batches: TEXT }) },
      answer: (_, served) => json(served.told()),
    },
  ],
  fails: ({ kind, message }) => json({ error: message }, STATUS[kind]),
  failure: object({ error: TEXT }),
};
