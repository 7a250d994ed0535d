/**
 * Asks the same thing over and over: `load.mjs ORDER`, where ORDER is JSON of `url`, `body`, `connections` and `seconds`. A process of
 * its own, and no library: what it costs is missing to whoever answers. Prints what came of it as JSON.
 */
import { connect } from 'node:net';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const { url, body, connections, seconds } = JSON.parse(process.argv[2] ?? '{}');
const { hostname, port, pathname } = new URL(url);
const request = Buffer.from(
  `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`,
);
const WARM_UP_MS = 1000;
const began = performance.now();
const from = began + WARM_UP_MS;
const until = from + seconds * 1000;
/** @type {number[]} */
const times = [];
/** @type {Record<string, number>} */
const others = {};

/** One request after the other over one connection. */
function ask() {
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  let sent = 0;
  let text = '';
  const send = () => {
    sent = performance.now();
    text = '';
    socket.write(request);
  };
  socket.on('connect', send);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2))?.[1]);
    if (!Number.isFinite(length)) throw new Error(`an answer without a length: ${text.slice(0, 300)}`);
    if (text.length < end + 4 + length) return;
    const now = performance.now();
    const status = text.slice(9, 12);
    if (status !== '200') others[status] = (others[status] ?? 0) + 1;
    else if (sent >= from && now <= until) times.push(now - sent);
    if (now < until) send();
    else socket.destroy();
  });
  socket.on('error', (error) => {
    others[error.message] = (others[error.message] ?? 0) + 1;
  });
}

for (let count = 0; count < connections; count++) ask();
await sleep(WARM_UP_MS + seconds * 1000 + 200);
times.sort((left, right) => left - right);
const at = (/** @type {number} */ share) => times[Math.floor((times.length - 1) * share)];
process.stdout.write(
  `${JSON.stringify({ perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99), others })}\n`,
  () => process.exit(0),
);
