/** A reference whose days differ: a day that goes on as before is no drift, and one that does not is. */
import { expect, it } from 'vitest';
import { randomFrom } from '../../src/drift/random';
import { driftProgram, featureOf, orderFor } from './program';
import { normal } from './samplesOfChance';

const { put, reported } = driftProgram();

const DAYS = 70;
const ROWS = 100;
const random = randomFrom(8);

/** By the day of the week: an amount, a few grades, and where orders are from. */
function dayOf(day: number, moved: boolean): string[] {
  const weekend = day % 7 > 4;
  const shift = (weekend ? 1 : 0) + (random() - 0.5) * 0.6 + (moved ? 3 : 0);
  return Array.from({ length: ROWS }, () => {
    const grade = Math.min(4, Math.floor(random() * (weekend ? 3 : 5)) + (moved ? 3 : 0));
    const shop = moved ? 'new' : random() < (weekend ? 0.8 : 0.3) ? 'web' : 'shop';
    return `${(shift + normal(random)).toFixed(4)},${String(grade)},${shop}`;
  });
}

const table = (name: string, days: readonly number[], moved = false): string =>
  put(name, `amount,grade,shop\n${days.flatMap((day) => dayOf(day, moved)).join('\n')}\n`);

const reference = table(
  'season.csv',
  Array.from({ length: DAYS }, (_, day) => day),
);

it.each([0, 5])('the next day goes on as before: day %d of the week', async (weekday) => {
  const report = await reported(orderFor(reference, table(`next-${String(weekday)}.csv`, [DAYS + weekday])));
  expect(report.features.map(({ name, drift }) => [name, drift]).sort()).toEqual([
    ['amount', false],
    ['grade', false],
    ['shop', false],
  ]);
  // They are sure: what the days of the reference do is what they are held against.
  for (const name of ['amount', 'grade', 'shop']) {
    const decides = featureOf(report, name).tests.find(({ decides_by: by }) => by === 'statistic');
    expect(decides?.threshold).toBeGreaterThan(0.15);
  }
});

it('a day that is like none of them is found', async () => {
  const report = await reported(orderFor(reference, table('other.csv', [DAYS], true)));
  expect(report.features.map(({ drift }) => drift)).toEqual([true, true, true]);
});

it('a threshold that somebody wishes holds as it is', async () => {
  const tests = { amount: [{ test: 'wasserstein_normed' as const, threshold: 0.01 }] };
  const report = await reported(orderFor(reference, table('wished.csv', [DAYS + 5]), { tests }));
  expect(featureOf(report, 'amount').tests[0]).toMatchObject({ threshold: 0.01, drift: true });
});

it('hours of rows that come by the clock are not taken for those of others: of all together, too', async () => {
  // A row of every 24: of the reference 72,000 rows, one of every 24 is looked at with the others.
  const hours = (name: string, rows: number): string =>
    put(
      name,
      `load,price,zone\n${Array.from({ length: rows }, (_, hour) => {
        const day = Math.sin(((hour % 24) / 24) * 2 * Math.PI);
        return `${(day + normal(random) * 0.1).toFixed(4)},${(day * 2 + normal(random) * 0.1).toFixed(4)},${day > 0 ? 'sun' : 'moon'}`;
      }).join('\n')}\n`,
    );
  for (const exactRows of [5_000_000, 10_000]) {
    const order = orderFor(hours('hours.csv', 72_000), hours('fewer.csv', 50_000), { multivariate: true, exactRows });
    const report = await reported(order);
    expect(report.whole.map(({ name, drift }) => [name, drift])[0]).toEqual(['domain_classifier', false]);
    expect(report.drift).toBe(false);
  }
});
