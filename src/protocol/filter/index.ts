/** The language in which runs are searched: one grammar, two dialects. */
export { ATTRIBUTES, attributeOf, type AttributeName, isAttributeName } from './attributes';
export { completeFilter, type KnownKey, partsOf, placeAt, type Suggestion } from './completion';
export { entityOf, readFilter } from './loopwright';
export { type MlflowOrder, readMlflowFilter, readMlflowOrder } from './mlflow';
export { patternOf } from './pattern';
export { printFilter, quotedKey, quotedText } from './print';
export { type Comparison, type Expression, isNumber, type Sign, type Subject, type Test } from './syntax';
