/** A call of an endpoint as text to be pasted. Pure. */
import type { EndpointCall } from './endpoints';

/** @returns null where it would be too long for a command line */
export function asCurl({ url, body, key }: EndpointCall, isWindows: boolean): string | null {
  if (body === null) return null;
  const quoted = (text: string) =>
    isWindows ? `"${text.replaceAll('"', String.raw`\"`)}"` : `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const access = key === null ? '' : ` -H ${quoted(`Authorization: Bearer ${key}`)}`;
  return `curl -s ${quoted(url)}${access} -H ${quoted('Content-Type: application/json')} -d ${quoted(body)}`;
}

export function asPython({ url, body, inputs, key }: EndpointCall): string {
  const given = body === null ? inputs : inputsIn(body);
  const lines = given.map((input) => `    ${'data' in input ? literal(input) : withZeros(input)},`);
  return `import json
import urllib.request

inputs = [
${lines.join('\n')}
]
request = urllib.request.Request(
    ${literal(url)},
    json.dumps({"inputs": inputs}).encode(),
    ${literal(headersOf(key))},
)
with urllib.request.urlopen(request) as answer:
    print(json.dumps(json.load(answer), indent=2))
`;
}

const headersOf = (key: string | null) => ({
  'Content-Type': 'application/json',
  ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
});

function withZeros(input: EndpointCall['inputs'][number]): string {
  const zero = input.datatype === 'BYTES' ? '""' : input.datatype === 'BOOL' ? 'False' : '0';
  return `${literal(input).slice(0, -1)}, "data": [${zero}] * ${String(countOf(input))}}`;
}

/** JSON's texts and numbers are Python's as well. */
function literal(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${literal(one)}`)
    .join(', ')}}`;
}

/** Node 18 and later, in a file of either kind and pasted into its prompt. */
export function asJavaScript({ url, body, inputs, key }: EndpointCall): string {
  // JavaScript's own numbers would not keep all digits.
  const isExact = body !== null && /\d{16}/.test(body);
  const given = body === null || isExact ? inputs : inputsIn(body);
  const lines = given.map((input) => `  ${'data' in input ? JSON.stringify(input) : withManyZeros(input)},`);
  const made = isExact ? `const body = ${JSON.stringify(body)};` : `const inputs = [\n${lines.join('\n')}\n];`;
  return `${made}
fetch(${JSON.stringify(url)}, {
  method: "POST",
  headers: ${JSON.stringify(headersOf(key))},
  body${isExact ? '' : ': JSON.stringify({ inputs })'},
})
  .then((answer) => answer.json())
  .then((told) => console.log(JSON.stringify(told, null, 2)));
`;
}

function withManyZeros(input: EndpointCall['inputs'][number]): string {
  const zero = input.datatype === 'BYTES' ? '""' : input.datatype === 'BOOL' ? 'false' : '0';
  return `${JSON.stringify(input).slice(0, -1)},"data":new Array(${String(countOf(input))}).fill(${zero})}`;
}

const countOf = ({ shape }: EndpointCall['inputs'][number]): number =>
  shape.reduce((product, size) => product * size, 1);

interface Source {
  readonly source?: string;
}

/** With all digits of whole numbers. */
const inputsIn = (body: string): EndpointCall['inputs'] =>
  (
    JSON.parse(body, (_key: string, value: unknown, context?: Source) => {
      const isUnsafe = typeof value === 'number' && !Number.isSafeInteger(value);
      const source = context?.source ?? '';
      return isUnsafe && /^-?\d+$/.test(source) ? BigInt(source) : value;
    }) as { inputs: EndpointCall['inputs'] }
  ).inputs;
