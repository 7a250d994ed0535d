/** Keeps the elements of a terminal's lines: in blocks, of which only those with a changed line are made again. */
import { parseRgb, readable, type Rgb } from './contrast';
import { type Style } from './style';
import { type Segment, type Terminal } from './terminal';

const LINES_PER_BLOCK = 100;

export class LineBlocks {
  /** By block number: line number divided by the lines of a block. */
  private readonly blocks = new Map<number, HTMLElement>();

  constructor(
    private readonly container: HTMLElement,
    readonly terminal: Terminal,
    /** What text without a background of its own is read on. */
    private readonly background: Rgb | null,
  ) {}

  update(): void {
    const { terminal } = this;
    const firstKept = blockOf(terminal.firstLine);
    for (const [number, block] of this.blocks) {
      if (number >= firstKept) break;
      block.remove();
      this.blocks.delete(number);
    }
    for (let number = blockOf(terminal.takeFirstChanged()); number <= blockOf(terminal.endLine - 1); number++) {
      if (number >= firstKept) this.fill(number);
    }
  }

  /** A piece of a line that is shown; null where it is not. */
  range(line: number, from: number, to: number): Range | null {
    const block = this.blocks.get(blockOf(line));
    if (!block) return null;
    let ahead = line - Math.max(blockOf(line) * LINES_PER_BLOCK, this.terminal.firstLine);
    let column = 0;
    const range = document.createRange();
    let hasStart = false;
    const nodes = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      const { length } = node.textContent ?? '';
      // Lines end with a node of their own.
      if (node.textContent === '\n') {
        if (ahead === 0) break;
        ahead--;
        continue;
      }
      if (ahead > 0) continue;
      if (!hasStart && from < column + length) {
        range.setStart(node, from - column);
        hasStart = true;
      }
      if (hasStart && to <= column + length) {
        range.setEnd(node, to - column);
        return range;
      }
      if (hasStart) range.setEnd(node, length);
      column += length;
    }
    return hasStart ? range : null;
  }

  private fill(number: number): void {
    let block = this.blocks.get(number);
    if (!block) {
      block = document.createElement('div');
      block.className = 'block';
      this.blocks.set(number, block);
      this.container.append(block);
    }
    const from = Math.max(number * LINES_PER_BLOCK, this.terminal.firstLine);
    const to = Math.min((number + 1) * LINES_PER_BLOCK, this.terminal.endLine);
    const content = document.createDocumentFragment();
    for (let line = from; line < to; line++) {
      const segments = this.terminal.line(line);
      if (segments.length === 0 && line === this.terminal.endLine - 1) break;
      content.append(...segments.map((segment) => this.nodeOf(segment)), '\n');
    }
    block.replaceChildren(content);
  }

  /** What was printed becomes a text node and nothing else. */
  private nodeOf({ text, style }: Segment): Node {
    if (!style) return document.createTextNode(text);
    const span = document.createElement('span');
    span.textContent = text;
    this.paint(span, style);
    return span;
  }

  private paint(span: HTMLElement, { classes, color, background }: Style): void {
    span.classList.add(...classes);
    if (background !== null) span.style.setProperty('background-color', `rgb(${background})`);
    const exact = color === null ? null : parseRgb(color);
    if (!exact) return;
    const behind = background === null ? this.background : parseRgb(background);
    span.style.setProperty('color', `rgb(${(behind ? readable(exact, behind) : exact).join(', ')})`);
  }
}

function blockOf(line: number): number {
  return Math.max(0, Math.floor(line / LINES_PER_BLOCK));
}
