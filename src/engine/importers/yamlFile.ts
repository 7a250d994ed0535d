/**
 * The small YAML files of MLflow. It writes YAML 1.1 by PyYAML, which leaves bare what newer rules take for a number
 * (`12e3`, as a run's id can be): every value is read as the text that it is, and whoever wants a number makes one.
 */
import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, type Node, parseDocument, type Scalar } from 'yaml';
import { LoopwrightError } from '../../protocol/errors';

/** null for what is not there, or is no text. */
export interface YamlFields {
  text(key: string): string | null;
  /** The texts of a map within. */
  texts(key: string): Record<string, string>;
}

/** @throws LoopwrightError `bad_request` that says what is wrong with it */
export function readYaml(path: string): YamlFields {
  const document = parseDocument(readFileSync(path, 'utf8'), { schema: 'failsafe', logLevel: 'silent' });
  const [error] = document.errors;
  if (error)
    throw new LoopwrightError('bad_request', `${path} is no YAML: ${error.message.split('\n')[0] ?? error.code}`);
  const { contents } = document;
  if (!isMap(contents)) throw new LoopwrightError('bad_request', `${path} is empty or not of its form.`);
  return {
    text: (key) => textOf(contents.get(key, true)),
    texts: (key) => {
      const found = contents.get(key, true);
      if (!isMap(found)) return {};
      return Object.fromEntries(found.items.map(({ key: name, value }) => [textOf(name) ?? '', textOf(value) ?? '']));
    },
  };
}

function textOf(node: unknown): string | null {
  if (isScalar(node)) return isNull(node) ? null : String(node.value);
  // A list or map within, on which nothing here depends.
  return isMap(node) || isSeq(node) ? (node as Node).toString() : null;
}

const isNull = ({ type, value }: Scalar): boolean =>
  type === 'PLAIN' && (value === '' || value === 'null' || value === '~');
