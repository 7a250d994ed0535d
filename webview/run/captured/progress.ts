/** What a section says about its own recording: it goes on, it failed. */
import { html, nothing, type TemplateResult } from 'lit';
import '../../ui/controls';
import '../../ui/states';
import { type RunHost } from '../api';
import { type Progress } from './words';

export function progressNote(
  progress: Progress,
  pending: string,
  failed: string,
  host: RunHost,
): TemplateResult | typeof nothing {
  switch (progress.state) {
    case 'pending':
      return html`<p class="quiet" role="status">${pending}</p>`;
    case 'failed':
      return html`<lw-failed quiet what=${failed} .cause=${progress.reason}
        ><lw-button @click=${() => host.command('showLog', {})}>Show Log</lw-button></lw-failed
      >`;
    case 'off':
    case 'over':
      return nothing;
  }
}
