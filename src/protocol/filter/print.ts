/** A filter as text again, in the form that the documentation has. Pure. */
import type { Comparison, Expression, Subject, Test } from './syntax';

const PREFIX = { metric: 'metrics.', param: 'params.', tag: 'tags.', attribute: '', dataset: 'dataset.' } as const;

export function printFilter(expression: Expression): string {
  switch (expression.is) {
    case 'comparison':
      return printComparison(expression);
    case 'not':
      return `NOT ${printPart(expression.part)}`;
    case 'and':
    case 'or':
      return expression.parts.map(printPart).join(expression.is === 'and' ? ' AND ' : ' OR ');
  }
}

const printPart = (part: Expression): string =>
  part.is === 'and' || part.is === 'or' ? `(${printFilter(part)})` : printFilter(part);

const printComparison = ({ subject, test }: Comparison): string => `${printSubject(subject)} ${printTest(test)}`;

export const printSubject = ({ entity, key }: Subject): string =>
  `${PREFIX[entity]}${entity === 'attribute' ? key : quotedKey(key)}`;

export function quotedKey(key: string): string {
  if (/^[\w./-]+$/.test(key)) return key;
  // Of two ways to write it, the one that needs nothing doubled.
  return key.includes('"') && !key.includes('`') ? `\`${key}\`` : `"${key.replaceAll('"', '""')}"`;
}

export const quotedText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function printTest(test: Test): string {
  const not = 'not' in test && test.not ? 'NOT ' : '';
  switch (test.is) {
    case 'number':
      return `${test.sign} ${printNumber(test.value)}`;
    case 'text':
      return `${test.sign} ${quotedText(test.value)}`;
    case 'like':
      return `${not}${test.by} ${quotedText(test.value)}`;
    case 'in':
      return `${not}IN (${test.values.map((one) => (typeof one === 'string' ? quotedText(one) : printNumber(one))).join(', ')})`;
    case 'boolean':
      return `= ${String(test.value)}`;
    case 'null':
      return `IS ${not}NULL`;
  }
}

function printNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  // The grammar has no word for infinity; this is beyond the largest number.
  return Number.isFinite(value) ? String(value) : `${value < 0 ? '-' : ''}1e999`;
}
