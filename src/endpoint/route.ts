/**
 * Addresses of routes as they are written in the dialects, which is what is looked for in a request and what is told of them:
 * `/v2/models/{model}[/versions/{version}]/infer`. `{…}` is one part of the address, `[…]` may be missing, `[…|…]` is one of
 * several or none, `{*}` all that is left.
 */

/** Colons are sent encoded by some clients. */
const COLON = '(?::|%3[Aa])';

/** Of the whole path, as it was sent; catches each part, decoded or not. */
export function patternOf(path: string): RegExp {
  const source = path.replaceAll(/{\*}|{\w+}|[^\w/]/g, (found) => {
    if (found === '{*}') return '(.*)';
    if (found.startsWith('{') && found.length > 1) return '([^/:]+)';
    return MARKS[found] ?? `\\${found}`;
  });
  return new RegExp(`^${source}$`);
}
const MARKS: Readonly<Record<string, string>> = { '[': '(?:', ']': ')?', '|': '|', ':': COLON };

/** All addresses that it stands for. */
export function pathsOf(path: string): string[] {
  const found = /\[([^\]]*)\]/.exec(path);
  if (!found) return [path];
  const [whole, inner = ''] = found;
  return ['', ...inner.split('|')].flatMap((part) => pathsOf(path.replace(whole, () => part)));
}
