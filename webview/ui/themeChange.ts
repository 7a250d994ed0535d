/** Tells when VS Code changes the theme or a font: it rewrites the body's class and the variables on the root element. */
export function onThemeChange(listener: () => void): () => void {
  let frame = 0;
  const observer = new MutationObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(listener);
  });
  observer.observe(document.body, { attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributeFilter: ['class', 'style'] });
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  };
}
