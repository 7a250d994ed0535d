/** What a receiver can tell by that a delivery is from here, as MLflow signs it (`mlflow/webhooks/delivery.py`). Pure. */
import { createHmac } from 'node:crypto';

const VERSION = 'v1';

export interface Delivered {
  /** The same each time that it is tried: a receiver knows by it what it has already. */
  readonly deliveryId: string;
  readonly timestampS: number;
  readonly body: string;
}

export function signatureOf(secret: string, { deliveryId, timestampS, body }: Delivered): string {
  const signed = `${deliveryId}.${String(timestampS)}.${body}`;
  return `${VERSION},${createHmac('sha256', secret).update(signed, 'utf8').digest('base64')}`;
}

export function headersOf(secret: string | null, delivered: Delivered): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'Loopwright',
    'X-MLflow-Delivery-Id': delivered.deliveryId,
    'X-MLflow-Timestamp': String(delivered.timestampS),
    ...(secret === null ? {} : { 'X-MLflow-Signature': signatureOf(secret, delivered) }),
  };
}
