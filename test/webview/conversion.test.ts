import { expect, it } from 'vitest';
import { conversionIn, isConversionTag } from '../../webview/modelVersion/conversion';

const tags = (compared: string) => [
  { key: 'owner', value: 'anna' },
  { key: 'loopwright.onnx.from', value: 'fraud v1' },
  { key: 'loopwright.onnx.converter', value: 'skl2onnx 1.20.0' },
  { key: 'loopwright.onnx.compared', value: compared },
  { key: 'loopwright.onnx.comparison', value: 'It predicts.' },
];

it('a version that was converted tells of what and how; where it predicts otherwise, that is a warning', () => {
  const same = conversionIn(tags('same'));
  expect(same?.warning).toBeNull();
  expect(same?.rows.map(({ key, value }) => `${key}: ${value}`)).toEqual([
    'Made of: fraud v1',
    'Converter: skl2onnx 1.20.0',
    'Compared: It predicts.',
  ]);
  expect(conversionIn(tags('differs'))).toMatchObject({ warning: 'It predicts.', rows: [{}, {}] });
  expect(conversionIn([{ key: 'owner', value: 'anna' }])).toBeNull();
  expect(tags('same').filter((tag) => !isConversionTag(tag))).toEqual([{ key: 'owner', value: 'anna' }]);
});
