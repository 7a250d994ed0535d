"""Four ways to steal with cards, each a function that changes or adds transactions.

A kind of fraud is a series of *events* (one stolen card, one tampered terminal, ...). Events are scheduled by
day, and each has a random stream of its own. So a longer simulation begins with exactly the rows of a
shorter one, and one with drift is identical to one without until the day on which the drift starts.

A ledger is a dict of equally long arrays: `customer`, `terminal`, `second` (since the first midnight),
`cents` and `kind` (index into KIND_NAMES).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from world import DAY_S, HOUR_S, TOWNS_KM, World, random_stream

Ledger = dict[str, np.ndarray]
Range = tuple[float, float]


@dataclass(frozen=True)
class Tactics:
    """How the thieves of one period work. Ranges are drawn from uniformly."""

    spree_away: bool  # shops in another town than the card holder's
    spree_gift_cards: bool  # buys vouchers of 25, 50 or 100 instead of goods
    spree_amount: Range  # multiples of the card holder's usual amount
    spree_gap_minutes: float  # mean time between two purchases
    terminal_days: tuple[int, int]  # how long a terminal stays compromised
    terminal_share: float  # part of its transactions that are made with copied cards
    takeover_amount: Range  # multiples of what the card holder would have paid
    takeover_hours: Range  # time of day
    takeover_away: bool
    testing_cents: Range
    testing_gap_s: float  # mean time between two charges
    testing_hours: Range


LOUD = Tactics(
    spree_away=True,
    spree_gift_cards=False,
    spree_amount=(1.2, 5.0),
    spree_gap_minutes=45.0,
    terminal_days=(18, 32),
    terminal_share=0.7,
    takeover_amount=(1.2, 4.0),
    takeover_hours=(19.0, 24.0),
    takeover_away=True,
    testing_cents=(50, 600),
    testing_gap_s=300.0,
    testing_hours=(0.0, 20.0),
)

# What they do once the bank knows the loud ways: nothing far away, nothing at night, and out of a terminal
# before the first complaint about it has arrived.
QUIET = Tactics(
    spree_away=False,
    spree_gift_cards=True,
    spree_amount=(1.0, 1.0),
    spree_gap_minutes=150.0,
    terminal_days=(5, 9),
    terminal_share=0.6,
    takeover_amount=(2.0, 6.0),
    takeover_hours=(10.0, 16.0),
    takeover_away=False,
    testing_cents=(800, 2500),
    testing_gap_s=400.0,
    testing_hours=(9.0, 20.0),
)


@dataclass(frozen=True)
class Event:
    """One crime: its day, the tactics of that day, and the randomness that belongs to it."""

    day: int
    tactics: Tactics
    rng: np.random.Generator


def stolen_card(world: World, ledger: Ledger, event: Event) -> Ledger:
    """A card is stolen and used for a shopping spree of some hours."""
    rng, tactics = event.rng, event.tactics
    count = int(rng.integers(4, 11))
    victim = int(rng.integers(world.customers))
    begin = event.day * DAY_S + rng.uniform(9, 19) * HOUR_S
    gaps = rng.exponential(tactics.spree_gap_minutes * 60, size=count)
    hideout = _other_town(world, victim, rng)
    row = world.visitor_of(hideout if tactics.spree_away else int(world.home_town[victim]))
    cents = 100 * world.usual_amount[victim] * rng.uniform(*tactics.spree_amount, size=count)
    if tactics.spree_gift_cards:
        cents = rng.choice([2500, 5000, 10000], size=count)
    return _charges(
        customer=np.full(count, victim),
        terminal=world.choose_terminals(np.full(count, row), rng.random(count)),
        second=begin + np.cumsum(gaps),
        cents=cents,
    )


def compromised_terminal(world: World, ledger: Ledger, event: Event) -> Ledger:
    """A terminal copies cards for some weeks, and a part of what is paid on it is paid with copies.

    Amounts and places look ordinary; only the complaints, which come days later, give the terminal away.
    """
    rng, tactics = event.rng, event.tactics
    terminal = int(rng.integers(world.terminals))
    until = event.day + int(rng.integers(*tactics.terminal_days, endpoint=True))
    rows = _genuine_rows(ledger, "terminal", terminal, event.day, until)
    rows = rows[rng.random(len(rows)) < tactics.terminal_share]
    ledger["kind"][rows] = KIND_NAMES.index("compromised_terminal")
    return _charges()


def account_takeover(world: World, ledger: Ledger, event: Event) -> Ledger:
    """Somebody else uses an account beside its owner: other amounts, another time of day, another place."""
    rng, tactics = event.rng, event.tactics
    victim = int(rng.integers(world.customers))
    until = event.day + int(rng.integers(7, 14, endpoint=True))
    rows = _genuine_rows(ledger, "customer", victim, event.day, until)
    hideout = _other_town(world, victim, rng)
    row = world.visitor_of(hideout if tactics.takeover_away else int(world.home_town[victim]))
    u = rng.random((len(rows), 4))  # row by row, so that a longer simulation begins with the same numbers
    rows, u = rows[u[:, 0] < 0.6], u[u[:, 0] < 0.6]
    factor = np.interp(u[:, 1], (0, 1), tactics.takeover_amount)
    hour = np.interp(u[:, 2], (0, 1), tactics.takeover_hours)
    terminal = world.choose_terminals(np.full(len(rows), row), u[:, 3])
    midnight = ledger["second"][rows] // DAY_S * DAY_S
    ledger["second"][rows] = midnight + (hour * HOUR_S).astype(np.int64)
    ledger["cents"][rows] = (ledger["cents"][rows] * factor).astype(np.int64)
    ledger["terminal"][rows] = terminal
    ledger["kind"][rows] = KIND_NAMES.index("account_takeover")
    return _charges()


def card_testing(world: World, ledger: Ledger, event: Event) -> Ledger:
    """A list of stolen numbers is tried out with small charges, one after the other on the same terminal."""
    rng, tactics = event.rng, event.tactics
    cards = int(rng.integers(5, 11))
    begin = event.day * DAY_S + rng.uniform(*tactics.testing_hours) * HOUR_S
    tries = np.repeat(rng.integers(world.customers, size=cards), rng.integers(1, 3, size=cards))
    count = len(tries)
    return _charges(
        customer=tries,
        terminal=np.full(count, int(rng.integers(world.terminals))),
        second=begin + np.cumsum(rng.exponential(tactics.testing_gap_s, size=count)),
        cents=rng.uniform(*tactics.testing_cents, size=count),
    )


@dataclass(frozen=True)
class Kind:
    """A way of fraud, the part of all transactions it makes up, and the mean number of them in an event."""

    commit: Callable[[World, Ledger, Event], Ledger]
    share: float
    per_event: Callable[[World, float], float]  # of the world and its transactions a day


# Adding a kind of fraud is one function above and one line here.
KINDS = {
    "stolen_card": Kind(stolen_card, 0.0030, lambda world, daily: 7.0),
    "compromised_terminal": Kind(
        compromised_terminal, 0.0030, lambda world, daily: 24 * 0.7 * daily / world.terminals
    ),
    "account_takeover": Kind(
        account_takeover, 0.0025, lambda world, daily: 10.5 * 0.6 * daily / world.customers
    ),
    "card_testing": Kind(card_testing, 0.0015, lambda world, daily: 7.5 * 1.5),
}
KIND_NAMES = ["genuine", *KINDS]


def commit_frauds(world: World, ledger: Ledger, days: int, drift_start: int | None) -> Ledger:
    """Return the ledger with all frauds of `days` days; events from day `drift_start` on are QUIET."""
    daily = float(world.daily_rate.sum())
    for code, (name, kind) in enumerate(KINDS.items(), start=1):
        events_a_day = kind.share * daily / kind.per_event(world, daily)
        added = []
        for day in range(days):
            for number in range(_scheduled(events_a_day, day)):
                drifted = drift_start is not None and day >= drift_start
                rng = random_stream(world.seed, 100 + code, day, number)
                charges = kind.commit(world, ledger, Event(day, QUIET if drifted else LOUD, rng))
                charges["kind"] = np.full(len(charges["second"]), KIND_NAMES.index(name))
                added.append(charges)
        ledger = {key: np.concatenate([ledger[key], *(charges[key] for charges in added)]) for key in ledger}
    return ledger


def _scheduled(events_a_day: float, day: int) -> int:
    """Number of events on `day` when they come at even distances; the first half a distance from the start."""
    return int((day + 1) * events_a_day + 0.5) - int(day * events_a_day + 0.5)


def _genuine_rows(ledger: Ledger, column: str, value: int, first_day: int, end_day: int) -> np.ndarray:
    """Rows of one customer or terminal from `first_day` until before `end_day` that no thief has touched."""
    second = ledger["second"]
    inside = (second >= first_day * DAY_S) & (second < end_day * DAY_S)
    return np.flatnonzero((ledger[column] == value) & inside & (ledger["kind"] == 0))


def _other_town(world: World, customer: int, rng: np.random.Generator) -> int:
    step = int(rng.integers(1, len(TOWNS_KM)))
    return (int(world.home_town[customer]) + step) % len(TOWNS_KM)


def _charges(customer=(), terminal=(), second=(), cents=()) -> Ledger:
    columns = {"customer": customer, "terminal": terminal, "second": second, "cents": cents}
    return {name: np.asarray(values).astype(np.int64) for name, values in columns.items()}
