/** Links that people write into notes. A note may come with a clone: nothing but the web is opened from it. */
import { LoopwrightError } from '../../protocol/errors';

/** @throws LoopwrightError `bad_request` for everything that is no address of the web: `command:`, `file:`, `vscode:` */
export function webLink(url: string): string {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return parsed.href;
  throw new LoopwrightError('bad_request', `${url.slice(0, 200)} is no address of the web, so it is not opened.`);
}
