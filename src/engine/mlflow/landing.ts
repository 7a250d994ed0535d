/** What a browser sees that opens the tracking server's address, as MLflow's clients print it behind a run. */

export function landingPage(): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Loopwright</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 38em; margin: 12vh auto; padding: 0 1.5em; }
  code { background: color-mix(in srgb, currentcolor 10%, transparent); padding: 0.1em 0.35em; border-radius: 3px; }
</style></head>
<body>
<h1>Loopwright</h1>
<p>This is the tracking server of a Loopwright store. Programs log to it as to MLflow; people see the runs in VS Code.</p>
<p>Open the folder in VS Code and look at <b>Runs</b> in the side bar of Loopwright, or ask in a terminal:
<code>loopwright runs list</code>.</p>
</body></html>
`;
}
