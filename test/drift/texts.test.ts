/** Drift of texts, held against scikit-learn. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelsOf, stratifiedFolds } from '../../src/drift/multivariate/outOfFold';
import { type Random, randomFrom } from '../../src/drift/random';
import { compareTexts } from '../../src/drift/texts/compareTexts';
import { textClassifier } from '../../src/drift/texts/textClassifier';
import { charactersOf, wordsOf } from '../../src/drift/texts/tokens';
import { compareVocabularies, vocabularyOf } from '../../src/drift/texts/vocabulary';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';
const SEED = 5;

/** A word of rank r is said about 1/r as often as the first (Zipf). */
const word = (random: Random, many: number, of: string): string => `${of}${String(Math.floor(many ** random()))}`;

/** Texts of 3 to 30 words, of which `share` are of a topic of their own. */
const texts = (count: number, seed: number, share: number, topic = 'topic'): string[] => {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: 3 + Math.floor(random() * 28) }, () =>
      random() < share ? word(random, 50, topic) : word(random, 5000, 'word'),
    ).join(random() < 0.5 ? ' ' : ', '),
  );
};

interface Pair {
  readonly reference: readonly string[];
  readonly current: readonly string[];
}
const CASES: Record<string, Pair> = {
  'texts of the same kind': { reference: texts(500, 1, 0.1), current: texts(500, 2, 0.1) },
  'more of a topic': { reference: texts(500, 3, 0.02), current: texts(400, 4, 0.08) },
  'another topic': { reference: texts(300, 5, 0.2, 'cat'), current: texts(300, 6, 0.2, 'dog') },
  'very unequal sizes': { reference: texts(1500, 7, 0.05), current: texts(60, 8, 0.2) },
  'short texts and ties': {
    reference: Array.from({ length: 200 }, (_, at) => ['Yes', 'no', 'NO way', 'maybe 42'][at % 4] ?? ''),
    current: Array.from({ length: 200 }, (_, at) => ['yes', 'yes', 'No', 'maybe 43'][at % 4] ?? ''),
  },
};

interface Expected {
  readonly auc: number;
  readonly distinct: readonly number[];
  readonly jaccard: number;
  readonly unseen: number;
  readonly unseenDistinct: number;
  readonly came: readonly string[];
  readonly went: readonly string[];
  readonly words: readonly number[];
}
let expected: Record<string, Expected> = {};

describe.skipIf(PYTHON === '')('the same as in Python', () => {
  beforeAll(() => {
    const cases = Object.entries(CASES).map(([name, { reference, current }]) => {
      const folds = stratifiedFolds(labelsOf(reference.length, current.length), 5, randomFrom(SEED));
      return [name, { reference, current, folds: Array.from(folds?.fold ?? []) }];
    });
    const said = execFileSync(PYTHON, ['-W', 'ignore', join(import.meta.dirname, 'texts_expected.py')], {
      input: JSON.stringify(Object.fromEntries(cases)),
      env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
      maxBuffer: 1e8,
    });
    expected = JSON.parse(said.toString()) as Record<string, Expected>;
  });

  it.each(Object.entries(CASES))('%s', (name, { reference, current }) => {
    const wanted = expected[name];
    if (!wanted) throw new Error('Python says nothing of it.');
    const { vocabulary, classifier, words } = compareTexts(reference, current, { seed: SEED });
    expect(Math.abs((classifier?.auc ?? NaN) - wanted.auc)).toBeLessThan(0.02);
    expect([vocabulary.distinct.reference, vocabulary.distinct.current]).toEqual(wanted.distinct);
    expect(vocabulary.jaccard).toBeCloseTo(wanted.jaccard, 12);
    expect(vocabulary.unseen).toBeCloseTo(wanted.unseen, 12);
    expect(vocabulary.unseenDistinct).toBeCloseTo(wanted.unseenDistinct, 12);
    expect(vocabulary.came.map((one) => one.word)).toEqual(wanted.came);
    expect(vocabulary.went.map((one) => one.word)).toEqual(wanted.went);
    const sum = (counts: Float64Array) => counts.reduce((all, count, at) => all + count * (words.values[at] ?? 0), 0);
    expect([sum(words.current), sum(words.reference)]).toEqual(wanted.words);
  });
});

describe('words', () => {
  it.each([
    ["Don't SHOUT_at me, 3.5 times!", ['don', 't', 'shout', 'at', 'me', '3', '5', 'times']],
    ['ÄRGER über Straße', ['ärger', 'über', 'straße']],
    ['cafe\u0301 = café', ['café', 'café']],
    ['हिन्दी में', ['हिन्दी', 'में']],
    ['東京へ go 2', ['東', '京', 'へ', 'go', '2']],
    ['Привет, мир', ['привет', 'мир']],
    ['', []],
    [' –…!\n😀', []],
  ])('of %j', (text, words) => expect(wordsOf(text)).toEqual(words));

  it('and characters are counted as people do', () => {
    expect([charactersOf(''), charactersOf('añb'), charactersOf('😀a😀'), charactersOf('\ud83d')]).toEqual([
      0, 3, 3, 1,
    ]);
  });
});

describe('vocabularies', () => {
  const of = (reference: string[], current: string[], most?: number) =>
    vocabularyOf(reference.map(wordsOf), current.map(wordsOf), most);

  it('say what came and went, by the share of texts', () => {
    const found = compareVocabularies(of(['a b', 'a a a', 'a c', 'b'], ['a', 'd d d d', 'd c']));
    expect(found).toMatchObject({
      ...{ distinct: { reference: 3, current: 3 }, jaccard: 0.5, unseen: 5 / 7, unseenDistinct: 1 / 3 },
      came: [
        { word: 'd', reference: 0, current: expect.closeTo(2 / 3) as number },
        { word: 'c', reference: 0.25, current: expect.closeTo(1 / 3) as number },
      ],
      went: [
        { word: 'b', reference: 0.5, current: 0 },
        { word: 'a', reference: 0.75, current: expect.closeTo(1 / 3) as number },
      ],
    });
  });

  it('of equal texts are equal, of disjoint ones have nothing in common, and of none nothing is unseen', () => {
    expect(compareVocabularies(of(['a b'], ['b a']))).toMatchObject({ jaccard: 1, unseen: 0, came: [], went: [] });
    expect(compareVocabularies(of(['a'], ['b']))).toMatchObject({ jaccard: 0, unseen: 1, unseenDistinct: 1 });
    expect(compareVocabularies(of([''], ['']))).toMatchObject({ jaccard: 1, unseen: 0, unseenDistinct: 0 });
  });

  it('that are full count no other words, and say how many those are of either side', () => {
    const found = of(['a b c', 'c d'], ['x a', 'y y'], 4);
    expect(found.words.map((one) => one.word).toSorted()).toEqual(['a', 'b', 'c', 'x']);
    expect(found.uncounted).toEqual({ reference: 1, current: 2 });
  });

  it('take words that objects have, too', () => {
    expect(of(['constructor __proto__'], ['toString']).words.map((one) => one.word)).toContain('constructor');
  });
});

describe('a classifier of texts', () => {
  it('says which words give the sides away', () => {
    const { reference, current } = CASES['another topic'] ?? { reference: [], current: [] };
    const found = compareTexts(reference, current, { seed: SEED }).classifier;
    expect(found?.auc).toBeGreaterThan(0.95);
    expect(found?.pValue).toBeLessThan(1e-10);
    expect(found?.current).toHaveLength(20);
    expect(found?.current.slice(0, 10).every((one) => one.word.startsWith('dog') && one.weight > 0)).toBe(true);
    expect(found?.reference.slice(0, 10).every((one) => one.word.startsWith('cat') && one.weight < 0)).toBe(true);
    expect(found?.current[0]).toMatchObject({ reference: 0 });
  });

  it('looks at so many words at most, those of most texts, and says how many it left out', () => {
    const [one, other] = [texts(200, 1, 0.5), texts(200, 2, 0.5)];
    const found = compareTexts(one, other, { seed: SEED, words: 100 }).classifier;
    expect(found?.words).toBe(100);
    expect(found?.left).toBeGreaterThan(100);
  });

  it('calls equal texts drifting no more often than the level says', () => {
    const alarms = Array.from({ length: 60 }, (_, seed) =>
      compareTexts(texts(60, 100 + seed, 0.3), texts(60, 300 + seed, 0.3), { seed }),
    ).filter(({ classifier }) => (classifier?.pValue ?? 0) <= 0.05);
    // Of 60 at a level of 0.05: more than 9 once in 1,000.
    expect(alarms.length).toBeLessThanOrEqual(9);
  });

  it('has nothing to say of one text, of texts without words, and without a word that two of them have', () => {
    expect(compareTexts(['a'], ['a', 'a'], { seed: SEED }).classifier).toBeNull();
    expect(compareTexts(['', '!'], ['', '?'], { seed: SEED }).classifier).toBeNull();
    expect(compareTexts(['a', 'b'], ['c', 'd'], { seed: SEED }).classifier).toBeNull();
    expect(compareTexts(['a', 'a'], ['a', 'a'], { seed: SEED }).classifier).toMatchObject({ auc: 0.5, pValue: 1 });
  });

  it('has the p-value of permutations where it is asked for', () => {
    const split = (list: readonly string[]) => list.map(wordsOf);
    const [own, other] = [split(texts(40, 1, 0, 'x')), split(texts(40, 2, 0.5, 'x'))];
    const found = textClassifier(own, other, vocabularyOf(own, other), { seed: SEED, permutations: 19 });
    expect(found?.pValue).toBe(0.05);
  });
});

describe('texts', () => {
  it('have their lengths as numbers', () => {
    const found = compareTexts(['one two', '', 'a'], ['ünïcödé'], { seed: SEED });
    expect([...found.characters.values]).toEqual([0, 1, 7]);
    expect([...found.characters.reference, ...found.characters.current]).toEqual([1, 1, 1, 0, 0, 1]);
    expect([...found.words.values]).toEqual([0, 1, 2]);
    expect([...found.words.reference, ...found.words.current]).toEqual([1, 1, 1, 0, 1, 0]);
  });

  it('are looked at for words up to their limit', () => {
    const found = compareTexts(['aa bb cc'], ['aa', 'aa bb'], { seed: SEED, characters: 5 });
    expect(found.left.cutTexts).toBe(1);
    expect(found.vocabulary.distinct).toEqual({ reference: 2, current: 2 });
    expect([...found.characters.values]).toEqual([2, 5, 8]);
  });

  it('of many are compared', () => {
    const [one, other] = [texts(10_000, 1, 0.01), texts(10_000, 2, 0.02)];
    const found = compareTexts(one, other, { seed: SEED, words: 2000 });
    expect(found.classifier?.auc).toBeGreaterThan(0.52);
    expect(found.classifier?.pValue).toBeLessThan(1e-6);
  });
});
