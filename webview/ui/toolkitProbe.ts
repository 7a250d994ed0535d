/**
 * Imported before the toolkit. As it loads, it puts a style element into the document to find out whether the browser
 * knows `:focus-visible` (fast-web-utilities, `canUseFocusVisible`). The pages' policy refuses the element: a violation
 * is reported, and the toolkit shows focus rings after every click. Here the probe gets an element that asks for no
 * permission, with a real style sheet to try the selector on. Goes away together with the toolkit.
 */
const XHTML = 'http://www.w3.org/1999/xhtml';

function createProbe(name: string): HTMLElement {
  if (name !== 'style') return document.createElementNS(XHTML, name);
  return Object.assign(document.createElementNS(XHTML, 'meta'), { sheet: new CSSStyleSheet() });
}

Object.defineProperty(document, 'createElement', { value: createProbe, configurable: true });

/** To be called once the toolkit has been loaded. */
export function endProbe(): void {
  Reflect.deleteProperty(document, 'createElement');
}
