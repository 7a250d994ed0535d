"""The places and people of the simulation: towns, terminals in shops, and card holders.

All arrays are indexed by terminal or customer number. Places are kilometres on a flat map of 100 by 100.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DAY_S = 86_400
HOUR_S = 3_600

TOWNS_KM = np.array([[50.0, 52.0], [22.0, 30.0], [78.0, 24.0], [30.0, 80.0], [82.0, 76.0]])
TOWN_SHARE = np.array([0.40, 0.20, 0.15, 0.15, 0.10])
TOWN_RADIUS_KM = 4.0
SHOPPING_RADIUS_KM = 5.0

# Category of a shop: share of all terminals, and what one pays there in multiples of the card's usual amount.
CATEGORIES = {
    "grocery": (0.30, 1.0),
    "restaurant": (0.25, 0.9),
    "transit": (0.13, 0.12),
    "fuel": (0.12, 1.6),
    "clothing": (0.12, 2.0),
    "electronics": (0.08, 4.0),
}
CATEGORY_NAMES = np.array(list(CATEGORIES))
CATEGORY_AMOUNT = np.array([amount for _, amount in CATEGORIES.values()])

# Centres of the four times of day at which people pay, in hours: way to work, lunch, evening, late night.
PEAK_HOURS = np.array([8.5, 12.8, 18.7, 23.0])


@dataclass(frozen=True)
class World:
    """Everything about customers and terminals that the simulation does not change."""

    seed: int
    home_km: np.ndarray  # (customers, 2)
    home_town: np.ndarray  # (customers,) index into TOWNS_KM
    daily_rate: np.ndarray  # (customers,) mean transactions on an ordinary day
    usual_amount: np.ndarray  # (customers,) median amount in a shop of factor 1, in euros
    amount_spread: np.ndarray  # (customers,) sigma of the log of the amount
    peak_share: np.ndarray  # (customers, 4) how the day is spread over PEAK_HOURS; rows sum to 1
    weekend_amount: np.ndarray  # (customers,) what a weekend does to amounts, as a factor
    terminal_km: np.ndarray  # (terminals, 2)
    terminal_town: np.ndarray  # (terminals,) index into TOWNS_KM
    terminal_category: np.ndarray  # (terminals,) index into CATEGORY_NAMES
    shop_choice: np.ndarray  # (customers + towns, terminals) cumulative: at home, then as a visitor of a town

    @property
    def customers(self) -> int:
        return len(self.daily_rate)

    @property
    def terminals(self) -> int:
        return len(self.terminal_town)

    def visitor_of(self, town: np.ndarray | int) -> np.ndarray | int:
        """Row of `shop_choice` that belongs to somebody who is in `town` but does not live there."""
        return self.customers + town

    def choose_terminals(self, rows: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Pick a terminal for each row of `shop_choice` with uniform numbers `u` in [0, 1).

        Row i of the table is moved up by i, so that the flattened table is sorted and one search answers
        all questions.
        """
        table = (self.shop_choice + np.arange(len(self.shop_choice))[:, None]).ravel()
        found = np.searchsorted(table, rows + u, side="right") - rows * self.terminals
        return np.clip(found, 0, self.terminals - 1)


def random_stream(seed: int, *path: int) -> np.random.Generator:
    """An independent random stream for each part of the simulation.

    With one stream for everything, a change in one part would change all that is drawn after it.
    """
    return np.random.default_rng([seed, *path])


def build_world(customers: int, terminals: int, seed: int) -> World:
    """Draw customers and terminals around the towns."""
    rng = random_stream(seed, 0)
    home_town = rng.choice(len(TOWNS_KM), size=customers, p=TOWN_SHARE)
    terminal_town = rng.choice(len(TOWNS_KM), size=terminals, p=TOWN_SHARE)
    terminal_town[: len(TOWNS_KM)] = np.arange(len(TOWNS_KM))  # no town without a shop
    home_km = TOWNS_KM[home_town] + TOWN_RADIUS_KM * rng.standard_normal((customers, 2))
    terminal_km = TOWNS_KM[terminal_town] + TOWN_RADIUS_KM * rng.standard_normal((terminals, 2))
    popularity = rng.lognormal(0.0, 0.5, size=terminals)
    return World(
        seed=seed,
        home_km=home_km.round(2),
        home_town=home_town,
        daily_rate=rng.gamma(4.0, 0.35, size=customers),
        usual_amount=rng.lognormal(np.log(24.0), 0.5, size=customers),
        amount_spread=rng.uniform(0.35, 0.70, size=customers),
        peak_share=rng.dirichlet([2.0, 3.0, 4.0, 0.5], size=customers),
        weekend_amount=rng.lognormal(0.1, 0.2, size=customers),
        terminal_km=terminal_km.round(2),
        terminal_town=terminal_town,
        terminal_category=rng.choice(
            len(CATEGORIES), size=terminals, p=[share for share, _ in CATEGORIES.values()]
        ),
        shop_choice=_shop_choice(home_km, terminal_km, terminal_town, popularity),
    )


def _shop_choice(
    home_km: np.ndarray, terminal_km: np.ndarray, terminal_town: np.ndarray, popularity: np.ndarray
) -> np.ndarray:
    """Cumulative probability of each terminal: near ones at home, all of a town as its visitor."""
    distance = np.linalg.norm(home_km[:, None, :] - terminal_km[None, :, :], axis=2)
    at_home = popularity * np.exp(-distance / SHOPPING_RADIUS_KM)
    visiting = popularity * (terminal_town == np.arange(len(TOWNS_KM))[:, None])
    weight = np.vstack([at_home, visiting])
    return np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
