/** Starts a page. The extension's HTML needs a body, the page's script and its style sheet, nothing else. */
import { given, sent, wire } from './first';
import { Host, type RequestTable } from './host';

/** What is more than a look. */
const USES = ['pointerdown', 'keydown', 'drop'] as const;

/** @param element the name of the custom element that the page is; it gets a `host` */
export function startPage(element: string, requests: RequestTable): void {
  const host = new Host(wire, requests, { ...sent, given });
  window.addEventListener('message', (event: MessageEvent<unknown>) => host.receive(event.data));
  for (const type of USES) window.addEventListener(type, () => host.used(), { capture: true, once: true });
  const page = document.createElement(element);
  Object.assign(page, { host });
  document.body.append(page);
}
