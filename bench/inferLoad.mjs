/** A client of an endpoint: told `{url}`, asks it for a while over connections that stay open, and tells how often it was answered. */
import { connect } from 'node:net';
import process from 'node:process';

const CONNECTIONS = 32;
const LENGTH_MS = 2000;
const VALUES = 3;

process.on('disconnect', () => process.exit(0));
process.on('message', (/** @type {{ url: string }} */ { url }) => {
  const { hostname, port, pathname } = new URL(url);
  const data = Array.from({ length: VALUES }, (_, at) => Math.sin(at));
  const body = JSON.stringify({ inputs: [{ name: 'x', shape: [1, VALUES], datatype: 'FP32', data }] });
  const asked = Buffer.from(
    `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
  );
  const began = performance.now();
  const over = { answered: 0, failed: 0, open: CONNECTIONS };
  for (let at = 0; at < CONNECTIONS; at++) {
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    let text = '';
    socket.write(asked);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (head === -1 || text.length < head + 4 + length) return;
      if (text.startsWith('HTTP/1.1 200')) over.answered++;
      else over.failed++;
      text = '';
      if (performance.now() - began < LENGTH_MS) socket.write(asked);
      else socket.end();
    });
    socket.on('close', () => {
      over.open--;
      if (over.open > 0) return;
      const { answered, failed } = over;
      process.send?.({ answered, failed, perSecond: (answered / (performance.now() - began)) * 1000 });
    });
  }
});
