import { expect, it } from 'vitest';
import { headersOf, signatureOf } from '../../../src/engine/webhooks/signing';

const DELIVERED = {
  deliveryId: '3f0c2f3e-6f1d-4b6a-9d0f-0f2a4f5c1e77',
  timestampS: 1_764_185_400,
  body: '{"entity":"model_version","action":"created","data":{"name":"größe"}}',
};
// What mlflow.webhooks.delivery._generate_hmac_signature of MLflow 3.17.2 makes of the same.
const GOLDEN = 'v1,8WETx0HgZKeLa0K57gGYswDiPVaoYtzPzZLUqUtKApM=';

it('signs as MLflow does', () => {
  expect(signatureOf('s3cret ü', DELIVERED)).toBe(GOLDEN);
});

it('says which delivery it is and when, and signs only with a secret', () => {
  const unsigned = {
    'Content-Type': 'application/json',
    'User-Agent': 'Loopwright',
    'X-MLflow-Delivery-Id': DELIVERED.deliveryId,
    'X-MLflow-Timestamp': '1764185400',
  };
  expect(headersOf(null, DELIVERED)).toEqual(unsigned);
  expect(headersOf('s3cret ü', DELIVERED)).toEqual({ ...unsigned, 'X-MLflow-Signature': GOLDEN });
});
