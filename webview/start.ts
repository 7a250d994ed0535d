/** Starts a page. The extension's HTML needs a body, the page's script and its style sheet, nothing else. */
import { FIRST_REQUEST, wire } from './first';
import { Host, type RequestTable } from './host';

/** @param element the name of the custom element that the page is; it gets a `host` */
export function startPage(element: string, requests: RequestTable): void {
  const host = new Host(wire, requests, { sent: FIRST_REQUEST });
  window.addEventListener('message', (event: MessageEvent<unknown>) => host.receive(event.data));
  const page = document.createElement(element);
  Object.assign(page, { host });
  document.body.append(page);
}
