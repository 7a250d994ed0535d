/** What two registered versions predict on a table, as the rest of the engine sees it. Models run in processes of their own. */
import type { RequestHandlers } from '../rpc/dispatch';
import { Predictions, type PredictionsParts } from './predictions';

export { type Chosen, chooseColumns, textColumns } from '../../inference/columns';
export { withTable } from './source';
export type { PredictionsParts };

type Asked = 'predictions/compare' | 'predictions/state' | 'predictions/cancel';

export function predictionHandlers(parts: PredictionsParts): Pick<RequestHandlers, Asked> {
  const predictions = new Predictions(parts);
  return {
    'predictions/compare': (order, { ended }) => predictions.compare(order, ended),
    'predictions/state': (order) => predictions.state(order),
    'predictions/cancel': (order) => {
      predictions.cancel(order);
      return {};
    },
  };
}
