import { describe, expect, it } from 'vitest';
import { Terminal } from '../../webview/run/output/terminal';

const ESC = '\u001B';

function terminal(...chunks: string[]): Terminal {
  const written = new Terminal(1000);
  for (const chunk of chunks) written.write(chunk);
  return written;
}

function lines(written: Terminal): string[] {
  const found: string[] = [];
  for (let number = written.firstLine; number < written.endLine; number++) {
    found.push(
      written
        .line(number)
        .map(({ text }) => text)
        .join(''),
    );
  }
  return found;
}

const shown = (...chunks: string[]) => lines(terminal(...chunks));

describe('lines', () => {
  it('end with a line feed, with or without a carriage return', () => {
    expect(shown('one\ntwo\r\nthree')).toEqual(['one', 'two', 'three']);
  });

  it('may come in pieces', () => {
    expect(shown('on', 'e\nt', 'wo\n')).toEqual(['one', 'two', '']);
  });

  it('keep the oldest only up to the limit, numbered on', () => {
    const written = new Terminal(100);
    for (let line = 0; line < 1000; line++) written.write(`line ${String(line)}\n`);
    expect(written.endLine).toBe(1001);
    expect(written.endLine - written.firstLine).toBeLessThanOrEqual(110);
    expect(written.line(999).map(({ text }) => text)).toEqual(['line 999']);
  });

  it('tell which changed', () => {
    const written = terminal('one\ntwo\n');
    expect(written.takeFirstChanged()).toBe(0);
    written.write('three\nfour');
    expect(written.takeFirstChanged()).toBe(2);
    written.write('\rFOUR');
    expect(written.takeFirstChanged()).toBe(3);
    expect(written.takeFirstChanged()).toBe(written.endLine);
  });
});

describe('progress bars', () => {
  it('show their last state', () => {
    expect(shown('  1%|#   |\r 50%|##  |\r100%|####|\ndone')).toEqual(['100%|####|', 'done']);
  });

  it('leave what a shorter text does not cover, as a terminal does', () => {
    expect(shown('abcdef\rXY')).toEqual(['XYcdef']);
  });

  it('can erase the rest of the line', () => {
    expect(shown(`abcdef\rXY${ESC}[K`)).toEqual(['XY']);
    expect(shown(`abcdef${ESC}[2K\rXY`)).toEqual(['XY']);
  });

  it('of several lines are written over in their places', () => {
    const twoBars = `a 0%\nb 0%\n${ESC}[2Aa 50%\nb 10%\n`;
    expect(shown(twoBars, `${ESC}[2Aa 100%\nb 20%\nend`)).toEqual(['a 100%', 'b 20%', 'end']);
  });

  it('understand backspace', () => {
    expect(shown('|\b/\b-')).toEqual(['-']);
  });
});

describe('colours', () => {
  it('become classes', () => {
    expect(terminal(`plain ${ESC}[31mred ${ESC}[1mbold${ESC}[0m plain`).line(0)).toEqual([
      { text: 'plain ', style: null },
      { text: 'red ', style: { classes: ['ansi-red-fg'], color: null, background: null } },
      { text: 'bold', style: { classes: ['ansi-red-fg', 'ansi-bold'], color: null, background: null } },
      { text: ' plain', style: null },
    ]);
  });

  it.each([
    ['38;2;1;2;3', '1, 2, 3'],
    ['38;5;208', '255, 135, 0'],
    ['38;5;244', '128, 128, 128'],
    ['38;5;16', '0, 0, 0'],
  ])('of the code %s are exactly %s', (code, color) => {
    expect(terminal(`${ESC}[${code}mx`).line(0)[0]?.style).toEqual({ classes: [], color, background: null });
  });

  it('below sixteen of a palette are the theme’s', () => {
    expect(terminal(`${ESC}[38;5;9mx`).line(0)[0]?.style?.classes).toEqual(['ansi-bright-red-fg']);
  });

  it('change places when reversed', () => {
    expect(terminal(`${ESC}[7;32mx`).line(0)[0]?.style?.classes).toEqual(['ansi-reverse-fg', 'ansi-green-bg']);
  });

  it('go on over lines and pieces', () => {
    const written = terminal(`${ESC}[3`, `2mgreen\nstill`);
    expect(written.line(1)[0]?.style?.classes).toEqual(['ansi-green-fg']);
  });
});

describe('other sequences', () => {
  it('are not shown', () => {
    expect(
      shown(`${ESC}]0;title\u0007a${ESC}]8;;http://x\u001B\\link${ESC}]8;;\u001B\\b${ESC}(B${ESC}[?25lc${ESC}[6n`),
    ).toEqual(['alinkbc']);
  });

  it('that never end do not hold back the rest for ever', () => {
    const text = shown(`${ESC}]0;${'x'.repeat(5000)}`, 'after').join('');
    expect(text).toContain('after');
  });

  it('that are broken are dropped', () => {
    expect(shown(`a${ESC}[31\u0001mb`)).toEqual(['a31mb']);
  });

  it('cannot make the page keep more than it shows', () => {
    const written = terminal(`${ESC}[999999999C.`, `\n${ESC}[999999999B.`, 'x'.repeat(50_000));
    expect(lines(written).every((line) => line.length <= 20_001)).toBe(true);
  });

  it('are quick', () => {
    const chunk = `${ESC}[32mepoch${ESC}[0m 50%|#####     |\r`.repeat(8000);
    const started = performance.now();
    terminal(chunk);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});
