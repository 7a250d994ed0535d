/** How failures look in each protocol: what its clients read of them. */
import type { WireAnswer } from '../support/wire';

type Form = 'error' | 'mlflow' | 'torchserve' | 'azure';

const FORMS: readonly (readonly [RegExp, Form])[] = [
  [/^\/v[12](\/|$)/, 'error'],
  [/^\/(ping|health|version|invocations)$/, 'mlflow'],
  [/^\/(predictions|explanations|models|workflows|wfpredict)(\/|$)/, 'torchserve'],
  [/^\/score$/, 'azure'],
];

const KEYS: Readonly<Record<Form, Readonly<Record<string, string>>>> = {
  error: { error: 'string' },
  mlflow: { error_code: 'string', message: 'string' },
  torchserve: { code: 'number', type: 'string', message: 'string' },
  azure: { message: 'string' },
};

/** What is wrong with an answer that is no success; null if nothing is. */
export function wrongInFailure(path: string, { status, headers, body }: WireAnswer): string | null {
  const address = path.split('?', 1)[0] ?? '';
  const form = FORMS.find(([pattern]) => pattern.test(address))?.[1] ?? 'error';
  const type = headers['content-type'] ?? '';
  // MLflow's server says this one as a text.
  if (form === 'mlflow' && status === 415)
    return type.startsWith('text/plain') && body.length > 0 ? null : 'is no text';
  if (!type.startsWith('application/json')) return `is ${type || 'of no type'}`;
  let given: unknown;
  try {
    given = JSON.parse(body.toString());
  } catch {
    return 'is no JSON';
  }
  if (typeof given !== 'object' || given === null) return 'is no object';
  const told = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, typeof value]));
  const expected = KEYS[form];
  const isSame =
    Object.entries(expected).every(([name, kind]) => told[name] === kind) &&
    Object.keys(told).length === Object.keys(expected).length;
  if (!isSame) return `has ${JSON.stringify(told)}, not ${JSON.stringify(expected)}`;
  if ('code' in given && given.code !== status) return 'has another code';
  return Object.values(given).includes('') ? 'says nothing' : null;
}
