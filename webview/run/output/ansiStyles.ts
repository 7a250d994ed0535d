/** The classes that `style.ts` names: the sixteen colours of a terminal and the decorations. */
import { css, unsafeCSS } from 'lit';
import { ANSI_COLORS } from './palette';

/** Text in the colour made readable on our background; what is painted itself keeps the theme's colour. */
const rules = ANSI_COLORS.flatMap((color) => {
  const name = color.toLowerCase();
  return [
    `.ansi-${name}-fg { color: var(--ansi-${name}); }`,
    `.ansi-${name}-bg { background-color: var(--vscode-terminal-ansi${color}); }`,
    `.ansi-bright-${name}-fg { color: var(--ansi-bright${name}); }`,
    `.ansi-bright-${name}-bg { background-color: var(--vscode-terminal-ansiBright${color}); }`,
  ];
});

export const ansiStyles = css`
  ${unsafeCSS(rules.join('\n'))}
  .ansi-reverse-fg {
    color: var(--vscode-terminal-background, var(--vscode-editor-background));
  }
  .ansi-reverse-bg {
    background-color: var(--vscode-terminal-foreground, var(--vscode-foreground));
  }
  .ansi-bold {
    font-weight: bold;
  }
  .ansi-dim {
    opacity: 0.6;
  }
  .ansi-italic {
    font-style: italic;
  }
  .ansi-underline {
    text-decoration: underline;
  }
  .ansi-strikethrough {
    text-decoration: line-through;
  }
  .ansi-hidden {
    visibility: hidden;
  }
`;
