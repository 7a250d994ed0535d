/** The whole graph as a document of its own, whatever of it is on the screen. */
import { inXml } from '../charts/picture';
import { styledCopy } from '../plots/words';
import { type Size } from './view';

const MARGIN = 16;
/** A picture of points has no more of them to a side. */
const MOST_PIXELS = 7000;
const NAMESPACE = 'http://www.w3.org/2000/svg';

/** @param isOfPoints made smaller if need be: no browser draws one of any size */
export function graphPicture(world: SVGGElement, drawing: Size, isOfPoints: boolean): string {
  const copy = styledCopy(world);
  for (const one of copy.querySelectorAll('.hit, .marked, .find')) one.remove();
  for (const one of [copy, ...copy.querySelectorAll('*')])
    for (const name of ['class', 'style', 'data-node', 'role', 'tabindex', 'aria-label', 'aria-hidden'])
      one.removeAttribute(name);
  // The serializer writes every character as it is.
  for (const one of copy.querySelectorAll('text, title')) one.textContent = inXml(one.textContent);
  const [width, height] = [drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN];
  const scale = isOfPoints ? Math.min(1, MOST_PIXELS / Math.max(width, height)) : 1;
  const style = getComputedStyle(document.documentElement);
  const background = element('rect', {
    x: -MARGIN,
    y: -MARGIN,
    width,
    height,
    fill: style.getPropertyValue('--vscode-editor-background').trim() || 'Canvas',
  });
  const whole = element('svg', {
    width: width * scale,
    height: height * scale,
    viewBox: [-MARGIN, -MARGIN, width, height].map(String).join(' '),
  });
  whole.append(background, copy);
  return new XMLSerializer().serializeToString(whole);
}

function element(name: 'rect' | 'svg', attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
