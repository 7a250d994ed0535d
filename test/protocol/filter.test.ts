/** The language in which runs are searched: its grammar, its refusals, its completion. */
import { describe, expect, it } from 'vitest';
import { LoopwrightError } from '../../src/protocol/errors';
import { completeFilter, printFilter, readFilter, readMlflowFilter, readMlflowOrder } from '../../src/protocol/filter';
import { random, someExpression, someGarbage } from './filter.support';

describe('a filter', () => {
  it.each<[string, string]>([
    ["status = 'FAILED'", "status = 'FAILED'"],
    ["attributes.run_name = 'a' AND created > 5", "name = 'a' AND start_time > 5"],
    ['"Run name" LIKE \'a%\'', "name LIKE 'a%'"],
    ["tags.a = 'x' or tags.b = 'y' and not tags.c = 'z'", "tags.a = 'x' OR (tags.b = 'y' AND NOT tags.c = 'z')"],
    ["(tags.a = 'x' OR tags.b = 'y') AND tags.c = 'z'", "(tags.a = 'x' OR tags.b = 'y') AND tags.c = 'z'"],
    ["NOT (NOT tags.a = 'x')", "NOT NOT tags.a = 'x'"],
    ["((tags.a = 'x'))", "tags.a = 'x'"],
    ['metrics.val/auc>=-1e-3', 'metrics.val/auc >= -0.001'],
    ['params.depth < 8', 'params.depth < 8'],
    ["params.depth IN (4, '8',)", "params.depth IN (4, '8')"],
    ["params.`a b` not in ('x')", 'params."a b" NOT IN (\'x\')'],
    ["metric.'a b' == 1 AND params.x <> 'y'", 'metrics."a b" = 1 AND params.x != \'y\''],
    ['`metrics`.auc IS  NOT  NULL', 'metrics.auc IS NOT NULL'],
    ["tags.x = 'it''s'", "tags.x = 'it''s'"],
    ['tags.x = "it\'s"', "tags.x = 'it''s'"],
    ["name REGEXP '^rf-\\d+$' AND name NOT RLIKE '(?i)X'", "name RLIKE '^rf-\\d+$' AND name NOT RLIKE '(?i)X'"],
    ['starred != TRUE AND pinned = "true"', 'starred = false AND pinned = true'],
    ["start_time >= '2026-11-01T14:00:00.5Z'", `start_time >= ${String(Date.UTC(2026, 10, 1, 14, 0, 0, 500))}`],
    ["start_time < '2026-11-01 14:00 +02:00'", `start_time < ${String(Date.UTC(2026, 10, 1, 12))}`],
    ["end_time > '2026-11-01'", `end_time > ${String(new Date(2026, 10, 1).getTime())}`],
    ["start_time > '2026-11-01 14:05'", `start_time > ${String(new Date(2026, 10, 1, 14, 5).getTime())}`],
    ["duration > '1h 30m' AND duration < '250ms'", 'duration > 5400 AND duration < 0.25'],
    ['branch IS NULL OR end_time is null', 'branch IS NULL OR end_time IS NULL'],
  ])('%s', (text, meant) => {
    const expression = readFilter(text);
    expect(expression === null ? '' : printFilter(expression)).toBe(meant);
  });

  it.each(['', '  \n'])('of blanks chooses all runs', (text) => {
    expect(readFilter(text)).toBeNull();
  });

  it.each<[string, number, RegExp]>([
    ['auc >', 1, /a value is missing behind >/],
    ['status', 1, /expected a comparison/],
    ["status = 'a' status = 'b'", 14, /joined by AND or OR/],
    ["status = 'a' AND", 17, /expected a comparison/],
    ["status = 'a' OR OR name = 'b'", 17, /expected a comparison/],
    ["(status = 'a'", 1, /not closed/],
    ["(status = 'a' name = 'b')", 15, /closing parenthesis/],
    ["status = 'a')", 13, /no parenthesis that this one closes/],
    ["status = 'a' AND name = 'b", 25, /quote is not closed/],
    ['params."a = 3', 8, /quote is not closed/],
    ['()', 2, /expected a comparison/],
    ["NOT status 'a'", 5, /expected a comparison/],
    ["colour = 'red'", 1, /there is no attribute colour; there are run_id, name/],
    ["x.y = 'red'", 1, /there is no attribute x\.y/],
    ["dataset.name = 'x'", 1, /there is no attribute dataset\.name/],
    ["status = 'a' AND metrics.a > 'x'", 18, /metrics are compared with numbers/],
    ['metrics.a => 1', 1, /metrics are compared with numbers/],
    ['metrics.a IN (1)', 1, /metrics are compared with numbers/],
    ["params.a => 'x'", 1, /=> is no comparison/],
    ["params.a IN ('x' 'y')", 1, /commas between/],
    ["params.a IN ('x'", 1, /parenthesis at its end/],
    ['params.a IN ()', 1, /behind IN stands a list/],
    ["params.a LIKE ('x')", 1, /text in quotes or with numbers/],
    ['params.a LIKE 3', 1, /LIKE compares parameters and tags with a pattern/],
    ["name RLIKE '('", 1, /no regular expression: .*Unterminated group/],
    ["start_time = '2026-01-31'", 1, /compare start_time with it by >= and </],
    ["start_time > '2026-02-30'", 1, /start_time is compared with a date/],
    ["start_time > 'yesterday'", 1, /start_time is compared with a date/],
    ["duration > '5'", 1, /a number \(seconds\)/],
    ['duration IN (1)', 1, /IN is for text/],
    ['pinned IS NULL', 1, /always true or false/],
    [`${'('.repeat(60)}status = 'a'${')'.repeat(60)}`, 51, /50 deep at most/],
    [`${'NOT '.repeat(60)}status = 'a'`, 201, /50 deep at most/],
    [Array.from({ length: 401 }, () => 'metrics.a > 1').join(' OR '), 6801, /400 comparisons at most/],
  ])('%s is refused at character %i', (text, position, why) => {
    expect(() => readFilter(text)).toThrow(why);
    expect(() => readFilter(text)).toThrow(`The filter is not understood at character ${String(position)} ("`);
  });

  it('is the same when it is printed and read again', () => {
    const next = random(1);
    for (let count = 0; count < 3000; count++) {
      const expression = someExpression(next);
      expect(readFilter(printFilter(expression))).toEqual(expression);
    }
  });

  it('is refused with words, whatever is typed', () => {
    const next = random(2);
    let understood = 0;
    for (let count = 0; count < 20_000; count++) {
      const text = someGarbage(next);
      for (const read of [readFilter, readMlflowFilter, readMlflowOrder]) {
        try {
          read(text);
          understood++;
        } catch (error) {
          if (!(error instanceof LoopwrightError) || error.code !== 'bad_request') throw error;
        }
      }
    }
    expect(understood).toBeGreaterThan(1000);
  });

  it('takes no more time than its length asks for', () => {
    const started = performance.now();
    for (const text of [
      "'".repeat(20_000),
      "\\'".repeat(20_000),
      '('.repeat(20_000),
      'a '.repeat(20_000),
      '1'.repeat(20_000),
    ])
      for (const read of [readFilter, readMlflowFilter, readMlflowOrder])
        expect(() => read(`status = 'a' AND x = ${text}`)).toThrow(LoopwrightError);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe('completion', () => {
  const keys = [
    { kind: 'metric', key: 'auc' },
    { kind: 'param', key: 'learning rate' },
    { kind: 'tag', key: 'team' },
  ] as const;
  /** The cursor stands at `|`. */
  const completed = (text: string) => {
    const position = text.indexOf('|');
    const whole = text.replace('|', '');
    return completeFilter(whole, position, keys).map(
      (one) => `${whole.slice(0, one.start)}${one.text}${whole.slice(one.end)}`,
    );
  };

  it.each<[string, string[]]>([
    ['au|', ['metrics.auc']],
    ['metrics.|', ['metrics.auc']],
    ['metric.a|', ['metrics.auc']],
    ['params.learn|', ['params."learning rate"']],
    ['params."learn|', ['params."learning rate"']],
    ['params."learning rate|"', ['params."learning rate"']],
    ['attributes.st|', ['attributes.status', 'attributes.start_time', 'attributes.starred']],
    ['rf au|', ['rf metrics.auc']],
    ['(au| > 1)', ['(metrics.auc > 1)']],
    ["status = 'FAILED' AND NOT tea|", ["status = 'FAILED' AND NOT tags.team"]],
    ['not|', ['NOT']],
    ['na|', ['name']],
    ['bra|', ['branch']],
    ['metrics.auc >|', ['metrics.auc >', 'metrics.auc >=']],
    ['metrics.auc i|', ['metrics.auc IS NULL', 'metrics.auc IS NOT NULL']],
    ['starred |', ['starred =', 'starred !=']],
    ['branch is|', ['branch IS NULL', 'branch IS NOT NULL']],
    [
      'status = |',
      ["status = 'RUNNING'", "status = 'SCHEDULED'", "status = 'FINISHED'", "status = 'FAILED'", "status = 'KILLED'"],
    ],
    ["status = 'FA|", ["status = 'FAILED'"]],
    ['status = fa|', ["status = 'FAILED'"]],
    ['pinned != |', ['pinned != true', 'pinned != false']],
    ["status IN ('F|", ["status IN ('FINISHED'", "status IN ('FAILED'"]],
    ["status IN ('FAILED', k|", ["status IN ('FAILED', 'KILLED'"]],
    ['status NOT IN s|', ["status NOT IN ('SCHEDULED'"]],
    ['metrics.auc > |', []],
    ['metrics.auc > 0.9 |', ['metrics.auc > 0.9 AND', 'metrics.auc > 0.9 OR']],
    ['(metrics.auc > 0.9 |', ['(metrics.auc > 0.9 AND', '(metrics.auc > 0.9 OR', '(metrics.auc > 0.9 )']],
    ['metrics.auc > 0.9 tea|', ['metrics.auc > 0.9 tags.team']],
    ['branch IS NULL o|', ['branch IS NULL OR']],
  ])('%s', (text, expected) => {
    expect(completed(text)).toEqual(expected);
  });

  it('offers keys, attributes and NOT where a comparison begins', () => {
    expect(completeFilter('', 0, keys).map(({ label }) => label)).toEqual(
      expect.arrayContaining(['auc', 'learning rate', 'team', 'status', 'start_time', 'NOT']),
    );
  });

  it('never fails, and stays within the text', () => {
    const next = random(3);
    for (let count = 0; count < 5000; count++) {
      const text = someGarbage(next);
      const position = next(text.length + 1);
      for (const { start, end } of completeFilter(text, position, keys)) {
        expect(start).toBeLessThanOrEqual(position);
        expect(end).toBeGreaterThanOrEqual(position);
        expect(end).toBeLessThanOrEqual(text.length);
      }
    }
  });
});
