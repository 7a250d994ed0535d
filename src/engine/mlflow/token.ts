/** Who asks, told from the token that a request carries. */
import { isTrackingToken, runOfToken } from '../../protocol/node/tracking';

export interface Asking {
  /** The tracked run whose process it is; null for a program outside of runs. */
  readonly runId: string | null;
}

/** @returns null for a token that is none of this store */
export function whoAsks(authorization: string | undefined, storeToken: string): Asking | null {
  const token = tokenIn(authorization);
  if (token === null) return null;
  if (isTrackingToken(storeToken, token)) return { runId: null };
  const runId = runOfToken(storeToken, token);
  return runId === null ? null : { runId };
}

/** As a bearer's, or as the password of a user: MLflow's clients send either. */
function tokenIn(authorization = ''): string | null {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return null;
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}
