/** The document of a page: its script, its style, what it needs to be restored, and nothing else. Pure. */
import { ANSWERS_ID, type GivenAnswer } from '../../protocol/pages/run';

export interface PageDocument {
  readonly title: string;
  readonly language: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Further scripts that it begins with. */
  readonly partUris?: readonly string[];
  readonly cspSource: string;
  /** Used once. */
  readonly nonce: string;
  /** What the page keeps for VS Code to hand back when it restores the page after a reload. */
  readonly state: unknown;
  /** What the page would ask for first. */
  readonly answers?: readonly GivenAnswer[];
}

export function pageHtml(page: PageDocument): string {
  const { title, language, scriptUri, styleUri, partUris = [], cspSource, nonce, state, answers = [] } = page;
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="loopwright-state" content="${escapeHtml(JSON.stringify(state))}">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${escapeHtml(styleUri)}">
${partUris.map((uri) => `<link rel="modulepreload" nonce="${escapeHtml(nonce)}" href="${escapeHtml(uri)}">\n`).join('')}</head>
<body>
${answers.length === 0 ? '' : `<script type="application/json" id="${ANSWERS_ID}">${jsonInHtml(answers)}</script>\n`}<script type="module" nonce="${escapeHtml(nonce)}" src="${escapeHtml(scriptUri)}"></script>
</body>
</html>
`;
}

/** No text in it can end the element that it stands in. */
const jsonInHtml = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c');

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
