/** What a page says as a whole when it could not be read, or could not be read again. */
import { html } from 'lit';
import './controls';
import './states';

export interface WaysOut {
  readonly retry: () => void;
  readonly showLog: () => void;
}

export const pageProblem = (what: string, cause: string, { retry, showLog }: WaysOut) =>
  html`<div class="state">
    <lw-failed what=${what} .cause=${cause}
      ><div class="buttons">
        <lw-button kind="primary" @click=${retry}>Retry</lw-button>
        <lw-button @click=${showLog}>Show Log</lw-button>
      </div></lw-failed
    >
  </div>`;
