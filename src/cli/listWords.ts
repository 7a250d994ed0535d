/** Orders and columns of run lists as they are written on a command line, in MLflow's notation. Pure. */
import { LoopwrightError } from '../protocol/errors';
import { MAX_COLUMNS, type RunColumn, type RunOrder } from '../protocol/lists';

const ATTRIBUTES: Readonly<Record<string, RunOrder['by']>> = {
  start_time: 'start',
  end_time: 'end',
  duration: 'duration',
  name: 'name',
  run_name: 'name',
  status: 'status',
};

export const ORDER_NAMES = 'start_time, end_time, duration, name, status, metrics.KEY, params.KEY or tags.KEY';

const KEYED = /^(metric|param|parameter|tag)s?\.(?:`([^`]+)`|"([^"]+)"|(.+))$/i;

function keyedOf(text: string): RunColumn | null {
  const match = KEYED.exec(text);
  if (!match) return null;
  const [kind = '', inBackticks, inQuotes, bare] = match.slice(1) as (string | undefined)[];
  const key = inBackticks ?? inQuotes ?? bare ?? '';
  const word = kind.toLowerCase();
  return { kind: word === 'metric' || word === 'tag' ? word : 'param', key };
}

/**
 * `start_time`, `metrics.auc DESC`, `attributes.name asc`, `` params.`learning rate` ``. Times have the latest first
 * where no direction is given.
 *
 * @throws LoopwrightError `bad_request`
 */
export function orderOf(text: string): RunOrder {
  const [, field = '', direction] = /^\s*(.*?)(?:\s+(asc|desc))?\s*$/i.exec(text) ?? [];
  const descending = direction?.toLowerCase() === 'desc';
  const keyed = keyedOf(field);
  if (keyed) return { by: keyed.kind, key: keyed.key, descending };
  const name = field.toLowerCase().replace(/^(attributes?|attr|run)\./, '');
  const by = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
  if (by === undefined)
    throw new LoopwrightError(
      'bad_request',
      `--order-by takes ${ORDER_NAMES}, with ASC or DESC behind; not "${text}".`,
    );
  return { by, key: '', descending: direction === undefined ? by === 'start' || by === 'end' : descending };
}

/** @throws LoopwrightError `bad_request` */
export function columnsOf(text: string): RunColumn[] {
  const columns = (text.match(/(?:`[^`]*`|"[^"]*"|[^,])+/g) ?? []).map((word) => {
    const column = keyedOf(word.trim());
    if (column) return column;
    throw new LoopwrightError(
      'bad_request',
      `--columns takes metrics.KEY, params.KEY or tags.KEY with commas between, not "${word.trim()}".`,
    );
  });
  if (columns.length <= MAX_COLUMNS) return columns;
  throw new LoopwrightError('bad_request', `--columns takes at most ${String(MAX_COLUMNS)}.`);
}

export const columnName = ({ kind, key }: RunColumn): string => `${kind}s.${key}`;
