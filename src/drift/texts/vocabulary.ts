/** Which words two samples of texts have, and in how many texts each. */

/** Of one word. */
export interface WordCounts {
  readonly word: string;
  /** Texts that have it. */
  readonly referenceTexts: number;
  readonly currentTexts: number;
  /** How often it stands in all of them. */
  readonly referenceCount: number;
  readonly currentCount: number;
}

export interface Vocabulary {
  /** Those of most texts first. */
  readonly words: readonly WordCounts[];
  readonly texts: { readonly reference: number; readonly current: number };
  /** Words that were not counted, each time they stand there: the vocabulary was full, at `most` words, when they came first. */
  readonly uncounted: { readonly reference: number; readonly current: number };
}

export const MOST_WORDS = 500_000;

/**
 * Texts of the sides take turns, so that a vocabulary that gets full is as full of either side's words.
 * @param reference, current words of each text
 */
export function vocabularyOf(
  reference: readonly (readonly string[])[],
  current: readonly (readonly string[])[],
  most = MOST_WORDS,
): Vocabulary {
  const places = new Map<string, number>();
  const counter = { texts: [[], []], counts: [[], []], last: [] } satisfies Counter as Counter;
  const uncounted: [number, number] = [0, 0];
  const count = (side: 0 | 1, words: readonly string[], text: number): void => {
    for (const word of words) {
      let place = places.get(word);
      if (place === undefined) {
        if (places.size >= most) {
          uncounted[side]++;
          continue;
        }
        place = places.size;
        places.set(word, place);
        for (const list of [...counter.texts, ...counter.counts]) list.push(0);
        counter.last.push(-1);
      }
      raise(counter.counts[side], place);
      if (counter.last[place] === text) continue;
      counter.last[place] = text;
      raise(counter.texts[side], place);
    }
  };
  for (let at = 0; at < Math.max(reference.length, current.length); at++) {
    count(0, reference[at] ?? [], 2 * at);
    count(1, current[at] ?? [], 2 * at + 1);
  }
  const words = Array.from(places, ([word, place]) => ({
    word,
    referenceTexts: counter.texts[0][place] ?? 0,
    currentTexts: counter.texts[1][place] ?? 0,
    referenceCount: counter.counts[0][place] ?? 0,
    currentCount: counter.counts[1][place] ?? 0,
  }));
  return {
    words: words.sort((one, other) => textsOf(other) - textsOf(one) || (one.word < other.word ? -1 : 1)),
    texts: { reference: reference.length, current: current.length },
    uncounted: { reference: uncounted[0], current: uncounted[1] },
  };
}

/** By the place of a word, for either side. */
interface Counter {
  readonly texts: [number[], number[]];
  readonly counts: [number[], number[]];
  /** The text that had it last. */
  readonly last: number[];
}

const raise = (counts: number[], place: number): number => (counts[place] = (counts[place] ?? 0) + 1);

export const textsOf = ({ referenceTexts, currentTexts }: WordCounts): number => referenceTexts + currentTexts;

/** A word with the shares of the texts that have it. */
export interface WordShares {
  readonly word: string;
  readonly reference: number;
  readonly current: number;
}

export interface VocabularyComparison {
  /** Distinct words of either side, and those of both as a share of all: 1 where there is no word. */
  readonly distinct: { readonly reference: number; readonly current: number };
  readonly jaccard: number;
  /** Of all words of the current texts, each as often as it stands there, the share that the reference has not once. */
  readonly unseen: number;
  /** The same of its distinct words. */
  readonly unseenDistinct: number;
  /** Words whose share of texts has grown most, and shrunk most. */
  readonly came: readonly WordShares[];
  readonly went: readonly WordShares[];
}

export const MOST_MOVED = 20;

/** Words that were not counted count nowhere here. Neither side may be without a text. */
export function compareVocabularies({ words, texts }: Vocabulary, most = MOST_MOVED): VocabularyComparison {
  let [own, other, both, all, unseen] = [0, 0, 0, 0, 0];
  for (const { referenceTexts, currentTexts, currentCount } of words) {
    if (referenceTexts > 0) own++;
    if (currentTexts > 0) other++;
    if (referenceTexts > 0 && currentTexts > 0) both++;
    all += currentCount;
    if (referenceTexts === 0) unseen += currentCount;
  }
  // Differences of shares, times the texts of both sides: whole numbers, of which equal ones are equal.
  const change = ({ referenceTexts, currentTexts }: WordCounts): number =>
    currentTexts * texts.reference - referenceTexts * texts.current;
  const moved = (sign: 1 | -1): WordShares[] =>
    words
      .filter((counts) => sign * change(counts) > 0)
      .sort((one, two) => sign * (change(two) - change(one)) || (one.word < two.word ? -1 : 1))
      .slice(0, most)
      .map((counts) => sharesOf(counts, texts));
  return {
    distinct: { reference: own, current: other },
    jaccard: words.length === 0 ? 1 : both / words.length,
    unseen: all === 0 ? 0 : unseen / all,
    unseenDistinct: other === 0 ? 0 : (other - both) / other,
    came: moved(1),
    went: moved(-1),
  };
}

export const sharesOf = (counts: WordCounts, texts: Vocabulary['texts']): WordShares => ({
  word: counts.word,
  reference: counts.referenceTexts / texts.reference,
  current: counts.currentTexts / texts.current,
});
