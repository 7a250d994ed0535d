/** Text with a terminal's colours. Their variables come from an element around it, see `palette.ts`. */
import { LineBlocks } from '../run/output/lineBlocks';
import { Terminal } from '../run/output/terminal';
import { readOn } from './palette';

const MAX_LINES = 5000;

/** Escape sequences, backspaces, carriage returns that write over a line. */
// eslint-disable-next-line no-control-regex -- it is about those characters
const CONTROL = /[\u0008\u001B]|\r(?!\n)/;

/** Whether a text needs a terminal to be read. */
export function needsTerminal(text: string): boolean {
  return CONTROL.test(text);
}

/** Plain elements: a page may have thousands of such texts. */
export function ansiElement(text: string): HTMLElement {
  const terminal = new Terminal(MAX_LINES);
  terminal.write(text.replace(/\n$/, ''));
  const element = document.createElement('div');
  element.className = 'text';
  new LineBlocks(element, terminal, readOn()).update();
  return element;
}
