/** The framing of the Debug Adapter Protocol: a header with the length, a blank line, JSON. */
const END = '\r\n\r\n';

export class Frames {
  private rest = Buffer.alloc(0);

  static of(message: unknown): Buffer {
    const body = Buffer.from(JSON.stringify(message));
    return Buffer.concat([Buffer.from(`Content-Length: ${String(body.length)}${END}`), body]);
  }

  /** @returns the messages that are whole by now */
  take(data: Uint8Array): unknown[] {
    this.rest = Buffer.concat([this.rest, data]);
    const messages: unknown[] = [];
    for (;;) {
      const headerEnd = this.rest.indexOf(END);
      if (headerEnd < 0) return messages;
      const length = /Content-Length: *(\d+)/i.exec(this.rest.toString('latin1', 0, headerEnd))?.[1];
      const start = headerEnd + END.length;
      if (length === undefined) {
        this.rest = this.rest.subarray(start); // a header that says nothing has no body
        continue;
      }
      const end = start + Number(length);
      if (this.rest.length < end) return messages;
      messages.push(JSON.parse(this.rest.toString('utf8', start, end)));
      this.rest = this.rest.subarray(end);
    }
  }
}
