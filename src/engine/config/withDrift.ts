/**
 * The text of `loopwright.yaml` with other settings of drift in it. What is not in that section stays to the byte, and so does a
 * section of which numbers and words alone change; its comments stay in any case. Runs in a job, as all reading of that file does.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Document, isCollection, isMap, isScalar, isSeq, parseDocument, type Scalar, stringify } from 'yaml';
import { CONFIG_FILE } from '../../protocol/config/file';
import { DriftSettings, type FeatureTests } from '../../protocol/drift';
import { mergedSettings } from '../../protocol/driftSettings';
import { LoopwrightError } from '../../protocol/errors';
import { checkText } from './check';

const SECTION = 'drift';
/** Some editors begin a file with it. */
const MARK = '\ufeff';

/** One value of the section; undefined where it is to go. */
interface Edit {
  readonly path: readonly string[];
  readonly value: unknown;
}

export interface WithDrift {
  /** Null where there is no file. */
  readonly text: string | null;
  /** Of the form of `DriftSettings`: what is left out stays as it is. */
  readonly change: Readonly<Record<string, unknown>>;
}

/** @throws LoopwrightError `bad_request` where the file has an error, or is written in a way that this can't change */
export function withDrift({ text, change: asked }: WithDrift): Promise<{ text: string }> {
  const change = DriftSettings.parse(asked);
  const mark = text?.startsWith(MARK) === true ? MARK : '';
  return Promise.resolve({ text: mark + changed((text ?? '').slice(mark.length), change) });
}

function changed(text: string, change: DriftSettings): string {
  const isNothing = text.trim() === '';
  const before = isNothing ? {} : settingsIn(text);
  const wanted = asKept(mergedSettings(before, change));
  const after = isNothing ? `version: 1\n${sectionOf(wanted)}` : edited(text, editsOf(before, change), wanted);
  if (!isDeepStrictEqual(asKept(settingsIn(after)), wanted)) throw byHand();
  return after;
}

function settingsIn(text: string): DriftSettings {
  const { problems, drift } = checkText(text);
  if (drift) return drift;
  const first = problems.find(({ severity }) => severity === 'error');
  throw new LoopwrightError(
    'bad_request',
    `${CONFIG_FILE} has an error, and was left as it is: line ${String((first?.from.line ?? 0) + 1)}: ${first?.message ?? "it can't be read."}`,
  );
}

const byHand = (cause?: unknown) =>
  new LoopwrightError(
    'bad_request',
    `The section ${SECTION} of ${CONFIG_FILE} is written in a way that can only be changed by hand, and was left as it is.`,
    { cause },
  );

/** Without what is to go, and without what says nothing. */
function asKept(settings: DriftSettings): DriftSettings {
  const { tests, ...rest } = settings;
  const kept = Object.entries(tests ?? {}).flatMap(([feature, of]) =>
    of ? [[feature, withoutUsual(of)] as const] : [],
  );
  return DriftSettings.parse({ ...rest, ...(kept.length > 0 ? { tests: Object.fromEntries(kept) } : {}) });
}

function withoutUsual({ needs, ...tests }: FeatureTests): FeatureTests {
  return needs === 'all' ? { ...tests, needs } : tests;
}

function editsOf(before: DriftSettings, { tests = {}, types = {}, ignore = [], ...plain }: DriftSettings): Edit[] {
  return [
    ...Object.entries(plain).map(([key, value]): Edit => ({ path: [key], value })),
    ...Object.entries(types).map(([feature, value]): Edit => ({ path: ['types', feature], value })),
    ...ignore
      .filter((name) => before.ignore?.includes(name) !== true)
      .map((name): Edit => ({ path: ['ignore'], value: name })),
    ...Object.entries(tests).flatMap(([feature, of]): Edit[] => {
      const path = ['tests', feature];
      if (of === null) return [{ path, value: undefined }];
      const own = withoutUsual(of);
      const old: Readonly<Record<string, unknown>> = before.tests?.[feature] ?? {};
      const isNew = Object.keys(old).length === 0;
      const gone = Object.keys(old).filter((key) => !Object.hasOwn(own, key));
      if (isNew) return [{ path, value: own }];
      return [
        ...Object.entries(own).map(([key, value]): Edit => ({ path: [...path, key], value })),
        ...gone.map((key): Edit => ({ path: [...path, key], value: undefined })),
      ];
    }),
  ];
}

function edited(text: string, edits: readonly Edit[], wanted: DriftSettings): string {
  const whole = parseDocument(text);
  if (!isMap(whole.contents) || whole.contents.flow === true) throw byHand();
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  if (!whole.has(SECTION)) {
    const lead = text.endsWith('\n') ? text : `${text}${end}`;
    return lead + sectionOf(wanted).replaceAll('\n', end);
  }
  const real = edits.filter(({ path, value }) => !isDeepStrictEqual(whole.getIn([SECTION, ...path]), value));
  return inPlace(text, whole, real) ?? inSection(text, whole, real, end);
}

/** Where numbers and words alone change. Null where more does. */
function inPlace(text: string, document: Document, edits: readonly Edit[]): string | null {
  const places = edits.map(({ path, value }) => ({ node: document.getIn([SECTION, ...path], true), value }));
  const plain = places.flatMap(({ node, value }) =>
    isScalar(node) && node.range && (node.anchor ?? '') === '' && isPlain(value) ? [{ range: node.range, value }] : [],
  );
  if (plain.length < edits.length) return null;
  const fromBehind = plain.toSorted((one, other) => other.range[0] - one.range[0]);
  return fromBehind.reduce(
    (all, { range: [from, to], value }) => all.slice(0, from) + stringify(value).trimEnd() + all.slice(to),
    text,
  );
}

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** The section alone is written anew, with its comments. */
function inSection(text: string, document: Document, edits: readonly Edit[], end: string): string {
  const [from, to] = sectionSpan(text, document);
  const section = parseDocument(text.slice(from, to));
  if (section.errors.length > 0) throw byHand(section.errors[0]);
  for (const edit of edits) apply(section, edit);
  try {
    const written = section.toString({ lineWidth: 0 }).trimEnd();
    return text.slice(0, from) + written.replaceAll(/\r?\n/g, end) + text.slice(to);
  } catch (error) {
    throw byHand(error); // an anchor of another section
  }
}

function apply(section: Document, { path, value }: Edit): void {
  const at = [SECTION, ...path];
  if (!isMap(section.get(SECTION, true))) section.set(SECTION, section.createNode({}));
  if (value === undefined) section.deleteIn(at);
  else if (path[0] === 'ignore') {
    const list = section.getIn(at, true);
    if (isSeq(list)) list.add(section.createNode(value));
    else section.setIn(at, flow(section, [value]));
  } else if (path.length > 1 && !isCollection(section.getIn(at.slice(0, -1), true))) {
    const [, parent = '', ...names] = at;
    section.setIn([SECTION, parent], section.createNode({}));
    section.setIn([SECTION, parent, ...names], flow(section, value));
  } else section.setIn(at, flow(section, value));
}

/** Tests of a feature stand in one line. */
function flow(section: Document, value: unknown): unknown {
  const node = section.createNode(value);
  if (isCollection(node)) node.flow = true;
  return node;
}

/** From its key to the last line that is more than a comment at the margin: that may be of what comes next. */
function sectionSpan(text: string, { contents }: Document): readonly [number, number] {
  const items = isMap(contents) ? contents.items : [];
  const at = items.findIndex(({ key }) => isScalar(key) && key.value === SECTION);
  const start = (key: unknown): number | undefined => (key as Scalar | undefined)?.range?.[0];
  const from = start(items[at]?.key);
  if (from === undefined) throw byHand();
  const rest = text.slice(from, start(items[at + 1]?.key) ?? text.length);
  return [from, from + rest.replace(/(\r?\n(#[^\n]*)?)*$/, '').length];
}

/** A section of its own, at the end of the file. */
function sectionOf({ tests, types, ...plain }: DriftSettings): string {
  const document = parseDocument(`${SECTION}:\n`);
  document.set(SECTION, document.createNode(plain));
  for (const [key, of] of Object.entries({ types, tests }))
    for (const [feature, value] of Object.entries(of ?? {})) apply(document, { path: [key, feature], value });
  for (const name of ['ignore', 'columns']) {
    const list = document.getIn([SECTION, name], true);
    if (isSeq(list)) list.flow = true;
  }
  return `\n${document.toString({ lineWidth: 0 })}`;
}
