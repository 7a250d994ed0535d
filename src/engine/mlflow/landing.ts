/**
 * What a browser sees that opens the tracking server's address. MLflow's clients print such addresses behind a run
 * (`…/#/experiments/1/runs/<id>`): the page reads the run's id from it and links to the run in VS Code.
 *
 * It knows nothing of the runs themselves and never asks for a token, so there is none in a history or a bookmark.
 */
import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';

/** Of the extension: publisher, name. */
const EXTENSION = 'loopwright.loopwright';

const STYLE = `
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 46em; margin: 10vh auto; padding: 0 1.5em; overflow-wrap: anywhere; }
  h1 { font-size: 1.5em; margin-bottom: 0.2em; }
  code, pre { font: 13px/1.5 ui-monospace, monospace; background: color-mix(in srgb, currentcolor 8%, transparent); border-radius: 4px; }
  code { padding: 0.1em 0.35em; }
  pre { padding: 0.8em 1em; overflow-x: auto; }
  .quiet { opacity: 0.75; }
  .open { display: inline-block; padding: 0.35em 1em; border-radius: 4px; background: #0e639c; color: #fff; text-decoration: none; }
  .open:hover, .open:focus-visible { background: #1177bb; }
  section[hidden] { display: none; }
`;

/** Only what is a run's id gets into the link, and nothing of the address into the page as markup. */
const SCRIPT = `
  const show = () => {
    const [, id] = /\\/runs\\/([0-9a-f]{32})(?![0-9a-f])/.exec(location.hash) ?? [];
    const link = document.querySelector('#run a');
    if (id) {
      link.href = link.dataset.scheme + '/run/' + id + '?store=' + link.dataset.store;
      document.querySelector('#run .id').textContent = id;
      document.querySelector('#run .command').textContent = 'loopwright runs show ' + id;
    }
    document.querySelector('#run').hidden = !id;
    document.querySelector('#store').hidden = Boolean(id);
  };
  addEventListener('hashchange', show);
  show();
`;

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export const LANDING_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src ${hashOf(STYLE)}`,
    `script-src ${hashOf(SCRIPT)}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
};

/** @param host of the server, as it was asked for: one of its own, so safe to show */
export function landingPage(storeRoot: string, host: string): string {
  const folder = dirname(storeRoot);
  const name = escaped(basename(folder) || folder);
  const folderLink = `vscode://file${folder.split(/[\\/]/).map(encodeURIComponent).join('/')}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${name} · Loopwright</title>
<style>${STYLE}</style></head>
<body>
<h1>${name}</h1>
<p class="quiet">Tracking server of the Loopwright store in <code>${escaped(folder)}</code></p>
<section id="run" hidden>
<p>Run <code class="id"></code></p>
<p><a class="open" data-scheme="vscode://${EXTENSION}" data-store="${escaped(encodeURIComponent(storeRoot))}">Open Run in VS Code</a></p>
<p class="quiet">Or in a terminal in the folder: <code class="command"></code></p>
</section>
<section id="store">
<p><a class="open" href="${escaped(folderLink)}">Open Folder in VS Code</a></p>
<p>The runs are in the view <b>Runs</b> of Loopwright's side bar, and in a terminal in the folder:
<code>loopwright runs list</code>.</p>
</section>
<h2>Log here</h2>
<p>Programs log to this server as to MLflow's own. Those of tracked runs know its address already; others have to be told:</p>
<pre>export MLFLOW_TRACKING_URI=http://${escaped(host)}
export MLFLOW_TRACKING_TOKEN=…</pre>
<p>The token: <code>loopwright tracking</code> in the folder, or the command <b>Copy Tracking URI</b> in VS Code. Without it
nothing of the runs is told, here either.</p>
<script>${SCRIPT}</script>
</body></html>
`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
