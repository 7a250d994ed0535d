/** A call of an endpoint as text to be pasted. Pure. */
import type { EndpointCall } from '../../protocol/endpoints';

/** @returns null where it would be too long for a command line */
export function asCurl({ url, body, key }: EndpointCall, isWindows: boolean): string | null {
  if (body === null) return null;
  const quoted = (text: string) =>
    isWindows ? `"${text.replaceAll('"', String.raw`\"`)}"` : `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const access = key === null ? '' : ` -H ${quoted(`Authorization: Bearer ${key}`)}`;
  return `curl -s ${quoted(url)}${access} -H ${quoted('Content-Type: application/json')} -d ${quoted(body)}`;
}

export function asPython({ url, body, inputs, key }: EndpointCall): string {
  const given = body === null ? inputs : (JSON.parse(body) as { inputs: EndpointCall['inputs'] }).inputs;
  const headers = { 'Content-Type': 'application/json', ...(key === null ? {} : { Authorization: `Bearer ${key}` }) };
  const lines = given.map((input) => `    ${'data' in input ? literal(input) : withZeros(input)},`);
  return `import json
import urllib.request

inputs = [
${lines.join('\n')}
]
request = urllib.request.Request(
    ${literal(url)},
    json.dumps({"inputs": inputs}).encode(),
    ${literal(headers)},
)
with urllib.request.urlopen(request) as answer:
    print(json.dumps(json.load(answer), indent=2))
`;
}

function withZeros(input: EndpointCall['inputs'][number]): string {
  const count = input.shape.reduce((product, size) => product * size, 1);
  const zero = input.datatype === 'BYTES' ? '""' : input.datatype === 'BOOL' ? 'False' : '0';
  return `${literal(input).slice(0, -1)}, "data": [${zero}] * ${String(count)}}`;
}

/** JSON's texts and numbers are Python's as well. */
function literal(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${literal(one)}`)
    .join(', ')}}`;
}
