/** What is told of a version that was made of another one by a conversion: its tags, as words. Pure. */

const PREFIX = 'loopwright.onnx.';

/** As `lw-key-values` shows it. */
interface Row {
  readonly key: string;
  readonly value: string;
  readonly hint?: string;
}

export interface ConversionTold {
  readonly rows: readonly Row[];
  /** It does not predict the same as the original. */
  readonly warning: string | null;
}

/** Null for a version that is no conversion. */
export function conversionIn(tags: readonly { readonly key: string; readonly value: string }[]): ConversionTold | null {
  const told = (key: string) => tags.find((tag) => tag.key === PREFIX + key)?.value ?? '';
  if (told('from') === '' || told('converter') === '') return null;
  const isDoubtful = told('compared') === 'differs';
  const rows: readonly Row[] = [
    { key: 'Made of', value: told('from'), hint: told('class') },
    { key: 'Converter', value: told('converter') },
    { key: 'Operator sets', value: told('opset') },
    { key: 'Compared', value: isDoubtful ? '' : told('comparison') },
  ];
  return { rows: rows.filter(({ value }) => value !== ''), warning: isDoubtful ? told('comparison') : null };
}

/** Tags that a section of their own tells. */
export const isConversionTag = ({ key }: { readonly key: string }): boolean => key.startsWith(PREFIX);
