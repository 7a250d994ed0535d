/**
 * KServe's first protocol (https://kserve.github.io/website/docs/concepts/architecture/data-plane/v1-protocol).
 *
 * | | |
 * | --- | --- |
 * | GET v1/models | the models |
 * | GET v1/models/M | whether it can be asked |
 * | POST v1/models/M:predict | JSON with `instances`, or `inputs` |
 * | POST v1/models/M:explain | refused: there are no explainers |
 *
 * Two of these are TensorFlow Serving's as well: `v1.ts` has how that is decided.
 */
import { type Dialect, json } from '../dialect';
import { Failure, STATUS } from '../failure';
import { list, object, TEXT } from '../schema';
import { requireModel } from './asked';
import { predict, PREDICTION, STATE, state } from './v1';

export const kserve: Dialect = {
  name: 'KServe v1',
  owns: (path) => /^\/v1\/models\/?$/.test(path),
  routes: [
    {
      method: 'GET',
      path: '/v1/models',
      told: { summary: 'The models', gives: () => object({ models: list(TEXT) }) },
      answer: (_, { name }) => json({ models: [name] }),
    },
    { method: 'GET', path: '/v1/models/{model}', told: STATE, answer: state },
    { method: 'POST', path: '/v1/models/{model}:predict', told: PREDICTION, infers: true, answer: predict },
    {
      method: 'POST',
      path: '/v1/models/{model}:explain',
      answer: (asked, served) => {
        requireModel(asked, served);
        throw new Failure('unsupported', 'There are no explainers here.');
      },
    },
  ],
  fails: ({ kind, message }) => json({ error: message }, STATUS[kind]),
  failure: object({ error: TEXT }),
};
