/** Whether what is given is what a model takes. */
import { type NamedTensor, openShape, type Port, portWords, type Signature } from './datatype';
import { listed, Refused, shown } from './refused';

/** @throws Refused that says what is expected */
export function checkFeeds(feeds: readonly NamedTensor[], { inputs }: Signature): void {
  const given = new Set<string>();
  for (const feed of feeds) {
    if (given.has(feed.name)) throw new Refused(`The input ${shown(feed.name)} is there twice.`);
    given.add(feed.name);
    checkFeed(feed, portNamed(inputs, feed.name));
  }
  const missing = inputs.filter(({ name }) => !given.has(name));
  if (missing.length > 0) throw new Refused(`Missing: ${inputWords(missing)}.`);
}

/** @throws Refused */
export function portNamed(ports: readonly Port[], name: string, what = 'input'): Port {
  const port = ports.find((one) => one.name === name);
  if (port) return port;
  throw new Refused(`The model has no ${what} ${shown(name)}. It has: ${listed(ports.map((one) => one.name))}.`);
}

function checkFeed({ name, datatype, shape }: NamedTensor, port: Port): void {
  if (datatype !== port.datatype)
    throw new Refused(`The input ${shown(name)} is ${datatype}; the model takes ${portWords(port)}.`);
  // Of an input without a shape nothing is known.
  if (port.shape.length === 0) return;
  const fits =
    shape.length === port.shape.length && openShape(port).every((size, at) => size === -1 || size === shape[at]);
  if (!fits)
    throw new Refused(
      `The input ${shown(name)} has the shape [${shape.join(', ')}]; the model takes ${portWords(port)}.`,
    );
}

export const inputWords = (ports: readonly Port[]): string =>
  ports
    .slice(0, 20)
    .map((port) => `${shown(port.name)} ${portWords(port)}`)
    .join(', ') + (ports.length > 20 ? ` and ${String(ports.length - 20)} more` : '');
