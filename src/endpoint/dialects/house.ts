/** What an endpoint says that belongs to no protocol: what it is, and its metrics. */
import { type Answer, type Dialect, json } from '../dialect';
import { STATUS } from '../failure';

export const house: Dialect = {
  name: 'Loopwright',
  owns: () => true,
  routes: [
    {
      method: 'GET',
      path: /^\/$/,
      answer: (_, { name, version, isReady }): Answer =>
        json({
          model: name,
          version,
          ready: isReady,
          routes: {
            'Open Inference Protocol': `/v2/models/${name}`,
            MLflow: '/invocations',
            Prometheus: '/metrics',
          },
        }),
    },
    {
      method: 'GET',
      path: /^\/metrics$/,
      answer: (_, served) => ({ type: 'text/plain; version=0.0.4; charset=utf-8', body: served.metrics() }),
    },
  ],
  fails: ({ kind, message }) => json({ error: message }, STATUS[kind]),
};
