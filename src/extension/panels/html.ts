/** The document of a page: its script, its style, what it needs to be restored, and nothing else. Pure. */

export interface PageDocument {
  readonly title: string;
  readonly language: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  readonly cspSource: string;
  /** Used once. */
  readonly nonce: string;
  /** What the page keeps for VS Code to hand back when it restores the page after a reload. */
  readonly state: unknown;
}

export function pageHtml({ title, language, scriptUri, styleUri, cspSource, nonce, state }: PageDocument): string {
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
</head>
<body>
<script type="module" nonce="${escapeHtml(nonce)}" src="${escapeHtml(scriptUri)}"></script>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
