"""Simulate card transactions with fraud, the same bytes for the same seed.

    python generate.py                       about 200,000 transactions of 150 days
    python generate.py --days 180            the same 150 days, and what happened in the 30 after them
    python generate.py --drift-start 120     customers and thieves change their ways on day 120

The idea (customers and terminals on a map, fraud scenarios, labels that arrive late) follows the simulator of
Le Borgne et al., Reproducible Machine Learning for Credit Card Fraud Detection: Practical Handbook (2022),
chapter 3. Habits, categories, the kinds of fraud and the injected drift are our own.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import pandas as pd

from frauds import KIND_NAMES, Ledger, commit_frauds
from world import (
    CATEGORY_AMOUNT,
    CATEGORY_NAMES,
    DAY_S,
    HOUR_S,
    PEAK_HOURS,
    TOWNS_KM,
    World,
    build_world,
    random_stream,
)

DATA = Path(__file__).resolve().parent / "data" / "transactions.csv"
FIRST_DAY = "2025-01-06"  # a Monday
# How busy the days of a week are, Monday first.
WEEKDAY_RATE = np.array([0.90, 0.90, 0.95, 1.00, 1.15, 1.25, 0.85])
TRIPS_A_DAY = 1 / 45  # part of the customers who set out for another town on a given day

# What the injected drift does to honest customers, reached step by step over DRIFT_RAMP_DAYS.
DRIFT_RAMP_DAYS = 14
DRIFT_AMOUNT = 0.25  # prices rise by a quarter
DRIFT_LATER_HOURS = 1.5  # people pay later in the day


def simulate(
    days: int = 150,
    customers: int = 1_000,
    seed: int = 7,
    drift_start: int | None = None,
    terminals: int | None = None,
) -> pd.DataFrame:
    """Return all transactions in the order of time.

    Parameters
    ----------
    days : number of days from FIRST_DAY on; more days only add rows at the end.
    customers : number of cards; about 1.4 transactions a day each.
    seed : of all randomness.
    drift_start : day (0 is the first) on which habits begin to move and thieves change tactics; None: never.
        The rows before that day are the same as without drift.
    terminals : number of terminals; None: as many as customers.

    Returns
    -------
    DataFrame with one row a transaction: `transaction_id` (1, 2, ...), `timestamp`, `customer_id`,
    `terminal_id`, `category`, `amount` (euros), `customer_x_km`, `customer_y_km` (home), `terminal_x_km`,
    `terminal_y_km`, `is_fraud` (0 or 1) and `fraud_kind` ("genuine" where there is none).
    """
    if days < 1 or customers < 10:
        raise ValueError("at least 1 day and 10 customers are needed")
    world = build_world(customers, terminals or customers, seed)
    ledger = commit_frauds(world, honest_spending(world, days, drift_start), days, drift_start)
    return to_frame(world, ledger, days)


def honest_spending(world: World, days: int, drift_start: int | None) -> Ledger:
    """Draw what the card holders themselves pay, in the order of days.

    Each quantity has its own stream and is drawn day by day, so that more days leave the earlier ones alone.
    """
    streams = {
        name: random_stream(world.seed, 1, number)
        for number, name in enumerate(["count", "shop", "peak", "time", "amount", "large", "round"])
    }
    weekday = np.arange(days) % 7
    mean_count = WEEKDAY_RATE[weekday][:, None] * world.daily_rate
    day, customer = np.divmod(
        np.repeat(np.arange(days * world.customers), streams["count"].poisson(mean_count).ravel()),
        world.customers,
    )
    rows = len(day)
    weekend = weekday[day] >= 5
    drift = _ramp(day, drift_start)

    town = towns_visited(world, days)[day, customer]
    choice = np.where(town < 0, customer, world.visitor_of(town))
    terminal = world.choose_terminals(choice, streams["shop"].random(rows))

    peak = (streams["peak"].random(rows)[:, None] > np.cumsum(world.peak_share, axis=1)[customer]).sum(axis=1)
    hour = PEAK_HOURS[np.minimum(peak, len(PEAK_HOURS) - 1)] + 1.3 * streams["time"].standard_normal(rows)
    hour = (hour + 1.0 * weekend + DRIFT_LATER_HOURS * drift) % 24

    category = world.terminal_category[terminal]
    amount = world.usual_amount[customer] * CATEGORY_AMOUNT[category]
    amount *= np.exp(world.amount_spread[customer] * streams["amount"].standard_normal(rows))
    amount *= np.where(weekend, world.weekend_amount[customer], 1.0) * (1 + DRIFT_AMOUNT * drift)
    amount *= np.where(streams["large"].random(rows) < 0.01, 4.0, 1.0)  # a washing machine, a holiday
    cents = np.maximum(50, np.rint(100 * amount)).astype(np.int64)
    tipped = (CATEGORY_NAMES[category] == "restaurant") & (streams["round"].random(rows) < 0.25)
    cents = np.where(tipped, -(-cents // 500) * 500, cents)  # rounded up to five euros

    return {
        "customer": customer,
        "terminal": terminal,
        "second": day * DAY_S + np.minimum((hour * HOUR_S).astype(np.int64), DAY_S - 1),
        "cents": cents,
        "kind": np.zeros(rows, dtype=np.int64),
    }


def towns_visited(world: World, days: int) -> np.ndarray:
    """Town in which a customer spends a day away from home, -1 at home; shape (days, customers)."""
    rng = random_stream(world.seed, 2)
    away = np.full((days, world.customers), -1)
    for day in range(days):
        leaves = np.flatnonzero(rng.random(world.customers) < TRIPS_A_DAY)
        towns = (world.home_town[leaves] + rng.integers(1, len(TOWNS_KM), size=len(leaves))) % len(TOWNS_KM)
        for customer, town, nights in zip(leaves, towns, rng.integers(1, 4, size=len(leaves))):
            away[day : day + nights, customer] = town
    return away


def to_frame(world: World, ledger: Ledger, days: int) -> pd.DataFrame:
    """Sort by time, drop what lies behind the last day, and name things as a bank would."""
    order = np.argsort(ledger["second"], kind="stable")
    order = order[ledger["second"][order] < days * DAY_S]
    customer, terminal, kind = (ledger[name][order] for name in ("customer", "terminal", "kind"))
    return pd.DataFrame(
        {
            "transaction_id": np.arange(1, len(order) + 1),
            "timestamp": pd.Timestamp(FIRST_DAY) + pd.to_timedelta(ledger["second"][order], unit="s"),
            "customer_id": customer,
            "terminal_id": terminal,
            "category": CATEGORY_NAMES[world.terminal_category[terminal]],
            "amount": ledger["cents"][order] / 100,
            "customer_x_km": world.home_km[customer, 0],
            "customer_y_km": world.home_km[customer, 1],
            "terminal_x_km": world.terminal_km[terminal, 0],
            "terminal_y_km": world.terminal_km[terminal, 1],
            "is_fraud": (kind > 0).astype(np.int64),
            "fraud_kind": np.array(KIND_NAMES)[kind],
        }
    )


def write_csv(transactions: pd.DataFrame, path: Path) -> None:
    """Write the table with the same bytes on every system; a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        transactions.to_csv(beside, index=False, float_format="%.2f", lineterminator="\n", encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _ramp(day: np.ndarray, drift_start: int | None) -> np.ndarray:
    """0 before the drift, 1 when it is complete, in equal steps between."""
    if drift_start is None:
        return np.zeros(len(day))
    return np.clip((day - drift_start + 1) / DRIFT_RAMP_DAYS, 0.0, 1.0)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Simulate card transactions with fraud.")
    parser.add_argument("--days", type=int, default=150, help="days to simulate (default 150)")
    parser.add_argument("--customers", type=int, default=1_000, help="number of cards (default 1000)")
    parser.add_argument("--terminals", type=int, help="number of terminals (default: as many as cards)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--drift-start", type=int, metavar="DAY", help="day on which the drift starts")
    parser.add_argument("--output", type=Path, default=DATA, help="CSV file to write")
    return parser.parse_args()


def main() -> None:
    args = parse_arguments()
    transactions = simulate(args.days, args.customers, args.seed, args.drift_start, args.terminals)
    write_csv(transactions, args.output)
    share = transactions["is_fraud"].mean()
    print(f"{len(transactions):,} transactions, {share:.2%} of them fraud, written to {args.output}")
    print(transactions["fraud_kind"].value_counts().to_string(header=False))


if __name__ == "__main__":
    main()
