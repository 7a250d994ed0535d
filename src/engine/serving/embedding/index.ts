/** Code that runs a model in the process that it stands in, in several languages. Pure. */
import { LoopwrightError } from '../../../protocol/errors';
import type { EmbeddingLanguage } from '../../../protocol/requests/endpoints';
import { asCpp } from './cpp';
import { asCSharp } from './csharp';
import type { EmbeddedModel } from './model';
import { asNode } from './node';
import { asPython } from './python';

export { type EmbeddedModel, embeddedModel } from './model';

const WRITERS: Readonly<Record<EmbeddingLanguage, (model: EmbeddedModel) => string>> = {
  python: asPython,
  node: asNode,
  csharp: asCSharp,
  cpp: asCpp,
};

/** @throws LoopwrightError `bad_request` for a model of whose outputs none can be read in that language */
export function embeddingCode(model: EmbeddedModel, language: EmbeddingLanguage): string {
  const needsTensors = language === 'node' || language === 'cpp';
  if (needsTensors && model.outputs.every(({ datatype }) => datatype === null))
    throw new LoopwrightError(
      'bad_request',
      `${model.label} has no output that is a tensor (${model.outputs.map(({ type }) => type).join(', ')}): ` +
        'this language can not read it. Take the code for Python.',
    );
  return WRITERS[language](model);
}
