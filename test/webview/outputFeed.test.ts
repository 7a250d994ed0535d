import { describe, expect, it } from 'vitest';
import { MAX_OUTPUT_BYTES } from '../../src/protocol/requests';
import { OutputFeed } from '../../webview/run/output/feed';

/** A file that grows, read as the extension reads it. */
function setUp(start = '') {
  const file = { content: Buffer.from(start) };
  const asked: number[] = [];
  const host = {
    request: (_: string, { offset, limit }: { offset: number; limit: number }) => {
      asked.push(offset);
      const { content } = file;
      const from = Math.min(content.length, offset < 0 ? Math.max(0, content.length + offset) : offset);
      const base64 = content.subarray(from, from + limit).toString('base64');
      return Promise.resolve({ offset: from, sizeBytes: content.length, base64 });
    },
  };
  const feed = new OutputFeed(host as unknown as ConstructorParameters<typeof OutputFeed>[0]);
  const lines = () => {
    const { terminal } = feed;
    return Array.from({ length: terminal.endLine - terminal.firstLine }, (_, index) =>
      terminal
        .line(terminal.firstLine + index)
        .map(({ text }) => text)
        .join(''),
    );
  };
  const write = (text: string | Buffer) => {
    file.content = Buffer.concat([file.content, Buffer.from(text)]);
  };
  return { file, feed, asked, lines, write };
}

describe('reading the output', () => {
  it('begins at its end and goes on from there', async () => {
    const { feed, asked, lines, write } = setUp('one\n');
    expect(await feed.poll()).toBe(true);
    write('two\n');
    expect(await feed.poll()).toBe(true);
    expect(await feed.poll()).toBe(false);
    expect(lines()).toEqual(['one', 'two', '']);
    expect(asked).toEqual([-MAX_OUTPUT_BYTES, 4, 8]);
  });

  it('of a long one begins with a whole line and says that it is cut', async () => {
    const { feed, lines } = setUp(`${'x'.repeat(MAX_OUTPUT_BYTES)}\nlast line\n`);
    await feed.poll();
    expect(feed.isCut).toBe(true);
    expect(lines()).toEqual(['last line', '']);
  });

  it('puts characters together that were cut apart', async () => {
    const { feed, lines, write } = setUp();
    await feed.poll();
    const bytes = Buffer.from('fünf €');
    for (const byte of bytes) {
      write(Buffer.from([byte]));
      await feed.poll();
    }
    expect(lines()).toEqual(['fünf €']);
  });

  it('reads on until it has caught up', async () => {
    const { feed, lines, write } = setUp('first\n');
    await feed.poll();
    write(`${'a'.repeat(100)}\n`.repeat(5000));
    await feed.poll();
    expect(feed.isBehind).toBe(false);
    expect(lines().at(-2)).toBe('a'.repeat(100));
  });

  it('skips the middle of what is written faster than it can be shown', async () => {
    const { feed, asked, lines, write } = setUp('first\n');
    await feed.poll();
    write(`${'a'.repeat(100)}\n`.repeat(50_000));
    write('end\n');
    await feed.poll();
    expect(lines().at(-2)).toBe('end');
    expect(feed.isCut).toBe(true);
    expect(asked.filter((offset) => offset === -MAX_OUTPUT_BYTES)).toHaveLength(2);
  });

  it('starts again where the file was replaced by a shorter one', async () => {
    const { file, feed, lines } = setUp('a long first output\n');
    await feed.poll();
    file.content = Buffer.from('new\n');
    await feed.poll();
    expect(lines()).toEqual(['new', '']);
  });

  it('of nothing shows nothing', async () => {
    const { feed, lines } = setUp();
    await feed.poll();
    expect(lines()).toEqual([]);
    expect(feed.isBehind).toBe(false);
  });
});
