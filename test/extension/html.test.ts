import { expect, it } from 'vitest';
import { pageHtml } from '../../src/extension/panels/html';

const document = {
  title: '</title><script>alert(1)</script>',
  language: 'en',
  scriptUri: 'https://x/run.js',
  styleUri: 'https://x/run.css',
  cspSource: 'https://*.vscode-cdn.net',
  nonce: 'abc_-123',
  state: { runId: `a"'<b>` },
};

it('allows its own script, style, font and pictures, and nothing else', () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(pageHtml(document))?.[1]?.replaceAll('&#39;', "'");
  expect(policy).toBe(
    "default-src 'none'; script-src 'nonce-abc_-123'; style-src https://*.vscode-cdn.net; font-src https://*.vscode-cdn.net; img-src https://*.vscode-cdn.net data:",
  );
});

it('shows whatever a run is called as text', () => {
  const html = pageHtml(document);
  expect(html).toContain('&lt;/title&gt;&lt;script&gt;');
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).toContain('content="{&quot;runId&quot;:&quot;a\\&quot;&#39;&lt;b&gt;&quot;}"');
});
