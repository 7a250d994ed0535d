/** Whether whoever asks has the endpoint's key: for all protocols, whatever they keep their headers in. */
import { timingSafeEqual } from 'node:crypto';

/** `missing` is a wrong one, too; `none` is needed where the endpoint has none. */
export type Standing = 'given' | 'missing' | 'none';

/** @param header gives the value of a header (of HTTP, of gRPC's metadata) by its name in small letters */
export function standingOf(key: string | null, header: (name: string) => string | undefined): Standing {
  if (key === null) return 'none';
  const [, bearer] = /^Bearer +(\S+)\s*$/i.exec(header('authorization') ?? '') ?? [];
  const given = [bearer, header('x-api-key'), header('api-key')];
  return given.some((one) => one !== undefined && isSame(one, key)) ? 'given' : 'missing';
}

/** In a time that tells nothing but the length, which is no secret. */
function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
