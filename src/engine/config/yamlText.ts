/** YAML as people write it: what it holds, where that stands, and what is wrong with it as YAML. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLError,
} from 'yaml';
import type { Path } from '../../protocol/config/jsonSchema';
import type { ConfigProblem } from '../../protocol/requests/config';

const MAX_ALIASES = 100;
/** One mistake makes others that nobody has made. */
const MAX_SYNTAX_PROBLEMS = 5;

/** In UTF-16 units from the beginning of the text. */
type Span = readonly [from: number, to: number];

export interface YamlText {
  /** Undefined where it is no YAML. */
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  problemAt(path: Path, message: string, severity?: ConfigProblem['severity'], at?: 'key' | 'value'): ConfigProblem;
}

export function readYamlText(text: string): YamlText {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(Math.max(0, Math.min(offset, text.length)));
    return { line: Math.max(0, line - 1), column: Math.max(0, col - 1) };
  };
  const problem = ([from, to]: Span, message: string, severity: ConfigProblem['severity'] = 'error') => ({
    from: place(from),
    to: place(Math.max(to, from)),
    severity,
    message,
  });
  const failed = (problems: readonly ConfigProblem[]): YamlText => ({
    value: undefined,
    problems,
    problemAt: (_, message, severity) => problem([0, 0], message, severity),
  });
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
    if ('empty' in documents) return { ...failed([]), value: null };
    const [document, second] = documents;
    if (!document) return { ...failed([]), value: null };
    const wrong = syntaxProblems(text, document, problem);
    if (second)
      wrong.push(
        problem(
          [second.range[0], second.range[0] + '---'.length],
          'A second document begins here, which nobody would read: remove the line ---.',
        ),
      );
    if (wrong.length > 0) return failed(wrong.slice(0, MAX_SYNTAX_PROBLEMS));
    return {
      value: document.toJS({ maxAliasCount: MAX_ALIASES }),
      problems: [],
      problemAt: (path, message, severity, at = 'value') => problem(spanOf(document, path, at), message, severity),
    };
  } catch (thrown) {
    // The parser goes as deep as the text does; anchors are counted when they are followed.
    const why =
      thrown instanceof RangeError
        ? 'It is nested too deep.'
        : `Anchors are used more than ${String(MAX_ALIASES)} times.`;
    return failed([problem([0, text.length], `This can't be read. ${why}`)]);
  }
}

type MakeProblem = (span: Span, message: string) => ConfigProblem;

function syntaxProblems(text: string, document: Document, problem: MakeProblem): ConfigProblem[] {
  const star = document.warnings.find(({ code }) => code === 'BAD_ALIAS');
  if (star) return [problem(star.pos, 'Put the star in quotes: "*". A bare one is the name of an anchor.')];
  const found = [...document.errors, ...document.warnings].map((error) =>
    problem(shownSpan(text, error), wordsOf(text, error)),
  );
  if (found.length > 0) return found;
  visit(document, {
    Alias: (_, alias) => {
      if (!alias.resolve(document))
        found.push(problem(rangeOf(alias), `There is no anchor &${alias.source} above this.`));
    },
    Pair: (_, { key }) => {
      const name = isScalar(key) ? key.value : null;
      if (isNode(key) && !isAlias(key) && !isScalar(key)) found.push(problem(rangeOf(key), 'A key is a plain word.'));
      else if (name === '<<')
        found.push(problem(rangeOf(key), 'Merge keys are not read. Refer to a whole gate, as challenger: *tested.'));
      // Assigning to it would lose what stands there, a gate perhaps.
      else if (name === '__proto__') found.push(problem(rangeOf(key), "__proto__ can't be a name. Choose another."));
    },
  });
  return found;
}

/** The parser points at one character: of a key that stands twice the whole is shown. */
function shownSpan(text: string, { code, pos: [from, to] }: YAMLError): Span {
  return code === 'DUPLICATE_KEY' ? [from, from + keyAt(text, from).length] : [from, to];
}

const keyAt = (text: string, from: number): string =>
  /^[^:\n]*/.exec(text.slice(from, from + 200))?.[0].trimEnd() ?? '';

function wordsOf(text: string, { code, message, pos }: YAMLError): string {
  if (code === 'DUPLICATE_KEY') return `${keyAt(text, pos[0])} stands here twice. Keep one of them.`;
  if (code === 'TAB_AS_INDENT') return 'YAML is indented with spaces, and this is a tab.';
  if (code === 'TAG_RESOLVE_FAILED') return 'Types as !name are not read. Leave it out.';
  if (code === 'BLOCK_AS_IMPLICIT_KEY')
    return 'There are two colons in this line. Put what is within on a line of its own, or in braces: {min: 0.9}.';
  if (message.startsWith('Implicit map keys'))
    return 'A key has a colon and a space behind it, as auc: {min: 0.9}. One of them is missing.';
  if (message.startsWith('Missing closing')) return 'A quote or a bracket is open: close it.';
  return `This is no YAML: ${message}.`;
}

function rangeOf(node: unknown): Span {
  const range = isNode(node) ? node.range : null;
  return range ? [range[0], range[1]] : [0, 0];
}

/** Where a value stands: a word or number itself, and the key of what goes over several lines. */
function spanOf(document: Document, path: Path, at: 'key' | 'value'): Span {
  let node: unknown = document.contents;
  let key: Span | null = null;
  for (const step of path) {
    const within = resolved(node, document);
    if (isMap(within)) {
      const pair = within.items.find(
        (item): item is Pair<Node, Node> => isPair(item) && keyText(item.key) === String(step),
      );
      if (!pair) break;
      key = rangeOf(pair.key);
      node = pair.value;
    } else if (isSeq(within) && typeof step === 'number') {
      node = within.items[step];
      key = null;
    } else break;
  }
  if (path.length === 0) return firstLineOf(node);
  const [from, to] = rangeOf(node);
  if (key && (at === 'key' || !isScalar(node) || from === to)) return key;
  return isScalar(node) || isAlias(node) ? [from, to] : firstLineOf(node);
}

/** A list's entry, or the file: its first key, else its first character. */
function firstLineOf(node: unknown): Span {
  const first = isMap(node) ? node.items[0]?.key : undefined;
  const [from] = rangeOf(node);
  return first ? rangeOf(first) : [from, from + 1];
}

const resolved = (node: unknown, document: Document): unknown => (isAlias(node) ? node.resolve(document) : node);

const keyText = (key: unknown): string => (isScalar(key) ? String(key.value) : '');
