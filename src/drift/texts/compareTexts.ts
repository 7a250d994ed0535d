/** What has changed between two samples of texts. */
import { paired, type PairedNumbers } from '../samples';
import { textClassifier, type TextClassifier, type TextClassifierOptions } from './textClassifier';
import { charactersOf, wordsOf } from './tokens';
import {
  compareVocabularies,
  MOST_WORDS,
  type Vocabulary,
  vocabularyOf,
  type VocabularyComparison,
} from './vocabulary';

export interface TextOptions extends TextClassifierOptions {
  /** Distinct words that are counted at most. */
  readonly vocabulary: number;
  /** Characters of a text that are looked at for words at most. */
  readonly characters: number;
}

export interface TextDrift {
  /** Lengths of the texts, as numbers to be tested: of whole texts in characters, and in words of what was looked at. */
  readonly characters: PairedNumbers;
  readonly words: PairedNumbers;
  readonly vocabulary: VocabularyComparison;
  readonly classifier: TextClassifier | null;
  /** What was left out: words because the vocabulary was full, and ends of texts that are too long. */
  readonly left: { readonly words: Vocabulary['uncounted']; readonly cutTexts: number };
}

const MOST_CHARACTERS = 100_000;

/** @param reference, current at least one text each, of those that are not missing */
export function compareTexts(
  reference: readonly string[],
  current: readonly string[],
  options: Partial<TextOptions> & { readonly seed: number },
): TextDrift {
  const { vocabulary: most = MOST_WORDS, characters = MOST_CHARACTERS } = options;
  const split = (texts: readonly string[]): string[][] => texts.map((text) => wordsOf(text.slice(0, characters)));
  const [own, other] = [split(reference), split(current)];
  const vocabulary = vocabularyOf(own, other, most);
  return {
    characters: paired(sorted(reference, charactersOf), sorted(current, charactersOf)),
    words: paired(sorted(own, lengthOf), sorted(other, lengthOf)),
    vocabulary: compareVocabularies(vocabulary),
    classifier: textClassifier(own, other, vocabulary, options),
    left: {
      words: vocabulary.uncounted,
      cutTexts: [...reference, ...current].filter((text) => text.length > characters).length,
    },
  };
}

const sorted = <T>(items: readonly T[], measure: (item: T) => number): Float64Array =>
  Float64Array.from(items, measure).sort();

const lengthOf = ({ length }: readonly string[]): number => length;
