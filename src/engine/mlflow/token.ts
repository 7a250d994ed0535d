/** Who asks, told from the token that a request carries. */
import { isTrackingToken, runOfToken } from '../../protocol/node/tracking';

export interface Asking {
  /** The tracked run whose process it is; null for a program outside of runs. */
  readonly runId: string | null;
}

/** Those who proved it, so that a training that logs a thousand times a second costs one digest. */
const MAX_KNOWN = 1000;

export class Doorkeeper {
  private readonly known = new Map<string, Asking>();

  constructor(private readonly storeToken: string) {}

  /** @returns null for a token that is none of this store */
  whoAsks(authorization: string | undefined): Asking | null {
    const token = tokenIn(authorization);
    if (token === null) return null;
    const asking = this.known.get(token) ?? this.prove(token);
    if (asking === null) return null;
    if (this.known.size >= MAX_KNOWN) this.known.clear();
    this.known.set(token, asking);
    return asking;
  }

  private prove(token: string): Asking | null {
    if (isTrackingToken(this.storeToken, token)) return { runId: null };
    const runId = runOfToken(this.storeToken, token);
    return runId === null ? null : { runId };
  }
}

/** As a bearer's, or as the password of a user: MLflow's clients send either. */
function tokenIn(authorization = ''): string | null {
  const [, scheme = '', value = ''] = /^(\w+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return null;
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}
