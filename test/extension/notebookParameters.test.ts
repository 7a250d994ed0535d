import { describe, expect, it } from 'vitest';
import type { NotebookParameter } from '../../src/protocol/notebooks';
import { ParameterForm } from '../../src/extension/notebooks/runParameters';
import { parseTyped, typedDefault } from '../../src/extension/notebooks/runValues';
import { l10n } from './support';

const typed = (type: string, text: string) => parseTyped(type, text, l10n);

describe('what is typed for a parameter', () => {
  it.each([
    ['int', '8', ['8']],
    ['int', ' -1_000 ', ['-1_000']],
    ['int', '1, 2,3', ['1', '2', '3']],
    ['int', '[1, 2]', ['1', '2']],
    ['int', '[8]', ['8']],
    ['int', 'None', ['None']],
    ['float', '1e-3', ['1e-3']],
    ['float', '.5', ['.5']],
    ['float', 'inf', ['inf']],
    ['float', '[0.1, 0.3,]', ['0.1', '0.3']],
    ['bool', 'True, False', ['True', 'False']],
    ['str', 'a, b', ['a, b']],
    ['str', '"a, b"', ['a, b']],
    ['str', '[adam, "sgd, slow"]', ['adam', 'sgd, slow']],
    ['str', '""', ['']],
    ['str', 'it is "so"', ['it is "so"']],
    ['list', '[1, 2]', ['[1, 2]']],
    ['list[int]', '[1, 2]', ['[1, 2]']],
    ['List[int]', '[[1], [2]]', ['[[1], [2]]']],
    ['dict', '{"a": [1, 2]}', ['{"a": [1, 2]}']],
    ['any', '(1, 2)', ['(1, 2)']],
    ['any', '1, 2', ['1, 2']],
    ['any', '[[1, 2], [3]]', ['[1, 2]', '[3]']],
    ['float | None', '[0.1, None]', ['0.1', 'None']],
  ])('as %s, %s', (type, text, values) => {
    expect(typed(type, text)).toEqual({ values });
  });

  it.each([
    ['int', '0.5', '0.5 is not a whole number.'],
    ['int', '', 'A value is empty.'],
    ['int', '1,,2', 'A value is empty.'],
    ['int', '[]', 'There is no value between the brackets.'],
    ['float', '0.1, x', 'x is not a number.'],
    ['float', '0.1, 0.1', '0.1 stands here twice.'],
    ['float', '1.2.3', '1.2.3 is not a number.'],
    ['bool', '1', '1 is neither True nor False.'],
    ['str', '["a, b]', 'A quote or a bracket is not closed.'],
    ['list', '1, 2', '1, 2 is not a list as Python writes it.'],
    ['list', '[1, (2]', '[1, (2] is not a list as Python writes it.'],
    ['dict', '[1]', '[1] is not a dict as Python writes it.'],
    ['Path', '', 'A value is empty.'],
  ])('is refused as %s: %s', (type, text, problem) => {
    expect(typed(type, text)).toEqual({ problem });
  });

  it('begins with the default, text without its quotes', () => {
    expect(typedDefault('str', "'adam'")).toBe('adam');
    expect(typedDefault('str', '"a\\n"')).toBe('"a\\n"');
    expect(typedDefault('float', '0.1')).toBe('0.1');
  });
});

const PARAMETERS: NotebookParameter[] = [
  { name: 'days', type: 'int', default: '90', help: '' },
  { name: 'rate', type: 'float', default: '0.01', help: 'share of alerts' },
  { name: 'model', type: 'str', default: '"rf"', help: '' },
  { name: 'api_key', type: 'str', default: '""', help: '' },
];

describe('the form of the parameters', () => {
  it('asks for what differs from the defaults only', () => {
    const form = new ParameterForm(PARAMETERS, l10n);
    expect(form.choice).toEqual({ params: {}, sweep: {} });
    form.set('days', '30');
    form.set('model', 'rf');
    expect(form.choice).toEqual({ params: { days: '30' }, sweep: {} });
    expect(form.summary).toBe('days = 30');
    form.set('days', '90');
    expect(form.choice.params).toEqual({});
  });

  it('counts the runs of a sweep', () => {
    const form = new ParameterForm(PARAMETERS, l10n);
    form.set('model', '[rf, hgb]');
    expect(form.countWith('days', '1, 2, 3')).toBe(6);
    form.set('days', '1, 2, 3');
    expect(form.runCount).toBe(6);
    expect(form.countWith('days', '1, 2')).toBe(4);
    // In the notebook's order, whichever was set first.
    expect(Object.entries(form.choice.sweep)).toEqual([
      ['days', ['1', '2', '3']],
      ['model', ['rf', 'hgb']],
    ]);
    expect(form.summary).toBe('days = 1 | 2 | 3, model = rf | hgb');
    form.reset('days');
    expect(form.runCount).toBe(2);
  });

  it('refuses more runs than are started', () => {
    const form = new ParameterForm(PARAMETERS, l10n);
    form.set('days', Array.from({ length: 100 }, (_, day) => day).join(','));
    const rates = Array.from({ length: 11 }, (_, rate) => rate / 100).join(',');
    expect(form.problemOf('rate', rates)).toContain('1100 runs');
    expect(form.set('rate', rates)).toBe(false);
    expect(form.runCount).toBe(100);
  });

  it('takes up the last answers, as far as they still fit', () => {
    const form = new ParameterForm(PARAMETERS, l10n, { days: '30', rate: 'high', gone: '1', model: '[rf, hgb]' });
    expect(form.choice).toEqual({ params: { days: '30' }, sweep: { model: ['rf', 'hgb'] } });
    expect(form.kept).toEqual({ days: '30', model: '[rf, hgb]' });
    expect(form.textOf('model')).toBe('[rf, hgb]');
  });

  it('keeps and shows no secret, and sweeps over none', () => {
    const form = new ParameterForm(PARAMETERS, l10n);
    form.set('api_key', 'abc123');
    expect(form.choice.params).toEqual({ api_key: 'abc123' });
    expect(form.kept).toEqual({});
    expect(form.summary).toBe('api_key = ***');
    expect(form.problemOf('api_key', '[abc, def]')).toContain('looks like a secret');
  });
});
