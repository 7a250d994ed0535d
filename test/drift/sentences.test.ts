/** Texts and vectors, from files to report. */
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../src/drift/random';
import { driftProgram, featureOf, orderFor, sql } from './program';
import { normal } from './samplesOfChance';

const { at, put, reported } = driftProgram();

const random = randomFrom(3);
const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)] ?? '';
const WORDS = ['card', 'payment', 'was', 'refused', 'twice', 'please', 'send', 'my', 'money', 'back', 'order', 'late'];
const OTHERS = ['login', 'password', 'app', 'crashes', 'update', 'phone'];

function texts(rows: number, others: number): string {
  const sentence = (): string =>
    Array.from({ length: 8 + Math.floor(random() * 6) }, () => pick(random() < others ? OTHERS : WORDS)).join(' ');
  return `${Array.from({ length: rows }, (_, id) => JSON.stringify({ id, text: sentence() })).join('\n')}\n`;
}

describe('sentences', () => {
  const reference = put('texts.jsonl', texts(800, 0.05));

  it('of the same words have not moved', async () => {
    const report = await reported(orderFor(reference, put('same.jsonl', texts(600, 0.05))));
    expect(featureOf(report, 'text')).toMatchObject({ type: 'text', drift: false });
    expect(report.drift).toBe(false);
  });

  it('of other words have: the words are named, and how long the texts are is drawn', async () => {
    const report = await reported(orderFor(reference, put('moved.jsonl', texts(600, 0.5))));
    const text = featureOf(report, 'text');
    expect(text).toMatchObject({ type: 'text', drift: true });
    expect(text.tests.map(({ name }) => name)).toContain('text_domain_classifier');
    const named = text.appeared?.values.map(({ value }) => value) ?? [];
    expect(OTHERS.filter((word) => named.includes(word)).length).toBeGreaterThan(3);
    expect(text.words).toMatch(/stands in \d+ % of its texts/);
    expect(text.shares).not.toBeNull();
  });
});

describe('vectors', () => {
  const table = async (name: string, shift: number): Promise<string> => {
    const rows = Array.from(
      { length: 400 },
      (_, row) =>
        `(${String(row)}, [${Array.from({ length: 12 }, (__, part) => (normal(random) + (part < 4 ? shift : 0)).toFixed(5)).join(', ')}]::DOUBLE[])`,
    );
    await sql(`COPY (SELECT * FROM (VALUES ${rows.join(', ')}) t(id, v)) TO '${at(name)}'`);
    return at(name);
  };

  it.each([
    [0, false],
    [1.2, true],
  ])('moved by %d', async (shift, drift) => {
    const found = await reported(
      orderFor(await table('vectors-a.parquet', 0), await table('vectors-b.parquet', shift)),
    );
    expect(featureOf(found, 'v')).toMatchObject({ type: 'embedding', drift });
  });
});
