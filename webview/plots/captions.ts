/** What plots of whole runs say in words: of the run that is pointed at, and of what their colours mean. */
import { html, svg } from 'lit';
import { shortened } from '../charts/labels';
import { type ChartTheme } from '../charts/theme';
import { shades } from './colouring';
import { type PlotAxis, type PlotRun, type Scale } from './scale';
import { valueWords } from './words';

/** @param axes each with its place in the values of the run */
export function runReading(run: PlotRun, axes: readonly { readonly axis: PlotAxis; readonly index: number }[]) {
  return html`<div class="reading" aria-hidden="true">
    <b><bdi>${shortened(run.name, 120)}</bdi></b>
    <dl>
      ${axes.map(
        ({ axis, index }) =>
          html`<dt>${axis.key}</dt>
            <dd>${valueWords(axis, run.values[index] ?? null)}</dd>`,
      )}
    </dl>
  </div>`;
}

export function colourLegend(axis: PlotAxis, { ends: [from, to] }: Scale, theme: ChartTheme) {
  return html`<span class="legend"
    ><bdi>${axis.key}</bdi> ${from}
    <svg width="96" height="10" aria-hidden="true">
      ${shades(theme).map((fill, at) => svg`<rect x=${at * 6} width="6.5" height="10" fill=${fill}></rect>`)}
    </svg>
    ${to}</span
  >`;
}
