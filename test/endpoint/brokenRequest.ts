/** Requests of HTTP that are broken on purpose: one that is right, changed in a few places. */
import { deflateSync, gzipSync } from 'node:zlib';
import { bytesBroken, bytesTwisted, ODD, twisted } from '../support/broken';
import type { Random } from '../support/random';
import type { Right } from './every';

export interface Broken {
  readonly method: string;
  readonly path: string;
  readonly bytes: Buffer;
  /** Whether HTTP itself may be broken: the answer may come from below the protocols, with no body, or the connection is closed. */
  readonly isRaw: boolean;
}

interface Draft {
  method: string;
  path: string;
  headers: [string, string][];
  body: Buffer | null;
  /** Of the body; the right one where it is undefined, none where it is null. */
  length: string | null | undefined;
  isRaw: boolean;
}

type Change = (draft: Draft, random: Random) => void;

const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
const KB = 1024;
/** Small as they are sent; the larger ones are more than is taken. */
const BOMBS: readonly [Buffer, ...Buffer[]] = [
  gzipSync(Buffer.alloc(4 * KB * KB)),
  gzipSync(Buffer.alloc(4 * KB * KB, '[')),
  gzipSync(Buffer.alloc(65 * KB * KB), { level: 1 }),
];
const VALUES: readonly [string, ...string[]] = [
  ...([
    'NaN',
    'Infinity',
    '-Infinity',
    '1e999',
    '-1e999',
    '1e-999',
    '9'.repeat(400),
    '-0',
    '01',
    '0x1',
    '1.',
    '1n',
  ] as const),
  ...['9223372036854775808', '-9223372036854775809', '18446744073709551616', '1.5', 'true', 'null', '""', '{"b64":5}'],
  ...[
    '{"b64":"/w=="}',
    '"\\ud800"',
    '"\\u0000"',
    '"\u202e\u{1f600}"',
    '[1,[2]]',
    '{}',
    DEEP,
    `"${'x'.repeat(70_000)}"`,
  ],
];
const SHAPES: readonly [string, ...string[]] = [
  ...(['[9e15]', '[-1]', '[0]', '[1.5]', '[]', '[67108864]', '[4294967296,4294967296]', '[9007199254740993]'] as const),
  ...['[null]', '["1"]', '{}', `[${'1,'.repeat(40)}1]`, `[${'65536,'.repeat(8)}0]`],
];
const PARTS: readonly [string, ...string[]] = [
  ...(['%00', '..%2f', '../..', '%2e%2e', 'all', '1.0', '__proto__', '%', '%3A', '%ff', '%20', 'other', ''] as const),
  ...['9'.repeat(400), 'x'.repeat(9000), '%f0%9f%98%80', '%u0041', '%c0%af'],
];
const PATHS: readonly [string, ...string[]] = [
  ...([
    '//',
    '/x',
    '/v2/models',
    '/v1',
    '/v1/x',
    '/v2/models/model/config',
    '/v2/models/stats',
    '/explanations/model',
  ] as const),
  ...[
    '/workflows',
    '/wfpredict/x',
    '/models/model/1/x',
    '/ping/',
    '/score/',
    '/.env',
    '/invocations/x',
    '/v2/models/model/',
  ],
  ...['/v2/repository/models/model/load', '/v2/repository/models/model/unload', '/v1/models/model:classify'],
  ...[
    '/v1/models/model/versions/1:regress',
    '/v1/models/model:',
    '/v1/models/model%3Apredict',
    '/%',
    '/metrics/',
    '*',
    'x',
  ],
];
const TYPES: readonly [string, ...string[]] = [
  ...(['text/plain', 'text/csv', 'text/csv; charset=latin1', 'application/json; charset=utf-16', 'a/b'] as const),
  ...['multipart/form-data; boundary=x', 'application/octet-stream', '', ';;', 'application/x-www-form-urlencoded'],
  ...['APPLICATION/JSON', 'x'.repeat(500)],
];
const METHODS: readonly [string, ...string[]] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'PROPFIND',
  'QUERY',
];
/** Of these HTTP itself knows nothing, or something else. */
const RAW_METHODS: readonly [string, ...string[]] = ['CONNECT', 'BREW', 'get', 'PRI', ''];

const HEADERS: readonly [[string, string], ...[string, string][]] = [
  ['Origin', 'http://evil.example'],
  ['Origin', 'null'],
  ['Sec-Fetch-Site', 'cross-site'],
  ['Authorization', 'Bearer x'],
  ['Authorization', '\u00ff'],
  ['X-Request-Id', 'x'.repeat(300)],
  ['X-Request-Id', 'a\tb\u00e9'],
  ['X-Ms-Request-Id', 'y'.repeat(101)],
  ['X-Ms-Client-Request-Id', '\u00ff'],
  ['Azureml-Model-Deployment', 'green'],
  ['Accept', 'text/html'],
  ['Accept-Encoding', 'br;q=1'],
  ['Range', 'bytes=0-0'],
  ['If-None-Match', '*'],
  ['Cookie', 'a=b'],
  ['X-Forwarded-Host', 'evil.example'],
  ['__proto__', 'x'],
  ['constructor', 'x'],
  ['Connection', 'close'],
];
const RAW_HEADERS: readonly [[string, string], ...[string, string][]] = [
  ['Host', 'evil.example'],
  ['Transfer-Encoding', 'gzip'],
  ['Transfer-Encoding', 'chunked'],
  ['Upgrade', 'websocket'],
  ['Connection', 'upgrade'],
  ['Expect', '100-continue'],
  ['Expect', 'all'],
  ['Content-Length', '1'],
  ['X-Long', 'x'.repeat(20_000)],
  ['Bad Name', 'x'],
  ['X-Nul', 'a\u0000b'],
  ['X-Line', 'a\r\n folded'],
];

const textOf = ({ body }: Draft): string => body?.toString() ?? '';
const inText =
  (changed: (text: string, random: Random) => string): Change =>
  (draft, random) => {
    if (draft.body) draft.body = Buffer.from(changed(textOf(draft), random));
  };

/** Where the one that is chosen stands. */
function oneReplaced(text: string, what: RegExp, random: Random, by: string): string {
  const places = [...text.matchAll(what)];
  const found = places[random.below(places.length)];
  return found ? text.slice(0, found.index) + by + text.slice(found.index + found[0].length) : text;
}

const CHANGES: readonly [Change, ...Change[]] = [
  inText((text, random) => {
    try {
      return JSON.stringify(twisted(JSON.parse(text), random, 1 / (10 + random.below(80))));
    } catch {
      return text; // is no JSON, or is no more
    }
  }),
  inText((text, random) => (text === '' ? text : bytesTwisted(text, random))),
  (draft, random) => {
    if (draft.body && draft.body.length > 0) draft.body = bytesBroken(draft.body, random);
  },
  inText((text, random) => oneReplaced(text, /true|"a"|1(?=[\],}])/g, random, random.pick(VALUES))),
  inText((text, random) => oneReplaced(text, /\[1\]/g, random, random.pick(SHAPES))),
  // A name that is there twice.
  inText((text, random) => oneReplaced(text, /\{(?=")/g, random, '{"inputs":[],"name":"in_INT8","in_FLOAT":[2],')),
  (draft, random) => {
    draft.body = random.pick([
      Buffer.alloc(0),
      Buffer.from('null'),
      Buffer.from('[]'),
      Buffer.from([0xff, 0xfe, 0]),
      null,
    ]);
  },
  (draft, random) => {
    draft.headers.push(['Content-Encoding', random.pick(['gzip', 'deflate', 'br', 'x', 'gzip, gzip', ' GZIP '])]);
    if (draft.body && random.isBelow(0.6))
      draft.body = random.isBelow(0.5) ? gzipSync(draft.body) : deflateSync(draft.body);
    if (draft.body && draft.body.length > 0 && random.isBelow(0.3)) draft.body = bytesBroken(draft.body, random);
  },
  (draft, random) => {
    if (!random.isBelow(0.05)) return;
    draft.headers.push(['Content-Encoding', 'gzip']);
    draft.body = random.pick(BOMBS);
  },
  (draft, random) => {
    draft.headers.push(['Content-Type', random.pick(TYPES)]);
  },
  (draft, random) => {
    const told = random.isBelow(0.5) ? String(random.pick(ODD)) : String(random.below(900));
    draft.headers.push(['Inference-Header-Content-Length', told.replaceAll(/[^ -~]/g, '?')]);
  },
  (draft, random) => {
    draft.headers.push(random.pick(HEADERS));
  },
  (draft, random) => {
    draft.method = random.pick(METHODS);
  },
  (draft, random) => {
    draft.path = random.pick(PATHS);
  },
  (draft, random) => {
    draft.path = draft.path.replace(random.pick(['model', '1', 'models', 'infer', 'predict']), () =>
      random.pick(PARTS),
    );
  },
  (draft, random) => {
    draft.path += random.pick([
      '?',
      '?a=b',
      '?model=../x&%',
      '/',
      '//',
      '%2f',
      ':predict',
      '#x',
      '?'.repeat(100),
      ';x=1',
    ]);
  },
  (draft, random) => {
    if (!random.isBelow(0.3)) return;
    draft.isRaw = true;
    rawChange(draft, random);
  },
];

/** Where HTTP itself is broken. */
function rawChange(draft: Draft, random: Random): void {
  const right = draft.body?.length ?? 0;
  switch (random.below(5)) {
    case 0:
      draft.length = random.pick([
        String(right + 7),
        String(Math.max(0, right - 3)),
        '-1',
        'x',
        '1e3',
        '99999999999',
        '',
        null,
      ]);
      break;
    case 1:
      draft.headers.push(random.pick(RAW_HEADERS));
      break;
    case 2:
      draft.method = random.pick(RAW_METHODS);
      break;
    case 3:
      draft.length = null;
      draft.headers.push(['Transfer-Encoding', 'chunked']);
      draft.body = chunked(draft.body ?? Buffer.alloc(0), random);
      break;
    default:
      draft.path = random.pick(['/ x', '/\u0001', 'http://evil.example/v2', `/${'x'.repeat(20_000)}`, '/\u00e9', '']);
  }
}

function chunked(body: Buffer, random: Random): Buffer {
  const half = Math.floor(body.length / 2);
  const parts = [body.subarray(0, half), body.subarray(half)].filter(({ length }) => length > 0);
  const sizes = parts.map(({ length }) =>
    random.isBelow(0.9) ? length.toString(16) : random.pick(['x', '-1', 'ffffffffffffffff', '0', '1;a=b']),
  );
  const text = parts.flatMap((part, at) => [Buffer.from(`${sizes[at] ?? ''}\r\n`), part, Buffer.from('\r\n')]);
  return Buffer.concat([...text, Buffer.from(random.isBelow(0.9) ? '0\r\n\r\n' : random.pick(['', '0\r\n', '\r\n']))]);
}

/** As it is, if nothing is changed. */
export function written(right: Right, host: string, changes = 0, random?: Random): Broken {
  const { body } = right;
  const draft: Draft = {
    method: right.method,
    path: right.path.replace('{model}', 'model').replace('{version}', '1'),
    headers: Object.entries(right.headers ?? {}),
    body: body === undefined ? null : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
    ...{ length: undefined, isRaw: false },
  };
  if (random) for (let left = changes; left > 0; left--) random.pick(CHANGES)(draft, random);
  const headers = [...draft.headers];
  const has = (name: string): boolean => headers.some(([one]) => one.toLowerCase() === name);
  if (!has('host')) headers.unshift(['Host', host]);
  if (draft.body && !has('content-type')) headers.push(['Content-Type', 'application/json']);
  const length = draft.length === undefined && draft.body ? String(draft.body.length) : draft.length;
  if (length !== undefined && length !== null) headers.push(['Content-Length', length]);
  const lines = [`${draft.method} ${draft.path} HTTP/1.1`, ...headers.map(([name, text]) => `${name}: ${text}`)];
  const top = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  // Bytes that no header has, and addresses that are none, are below the protocols as well.
  const isRaw = draft.isRaw || !/^(?:\/|\*$|x$)/.test(draft.path) || top.length > 16_000;
  return {
    method: draft.method,
    path: draft.path,
    bytes: draft.body ? Buffer.concat([top, draft.body]) : top,
    isRaw: isRaw || /^[*x]/.test(draft.path) || draft.headers.some(([name]) => name === 'Content-Length'),
  };
}
