"""Train a model that finds fraud among card transactions.

    python train.py
    python train.py --model forest --depth 12
    loopwright run train.py --learning-rate 0.05     the same script, tracked

The data are generated when they are missing. Transactions are split by time, never at random: the model learns
from the past, is chosen on the days after it and tested on the days after those. Between two parts lies the
time that complaints need to arrive, because in real life nobody would know the labels of those days.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

import generate
from evaluate import alert_metrics, figure_of, fit_metrics, recall_by_kind, scores_of
from features import build_features
from models import TRAINERS, Settings
from progress import Progress

try:
    import loopwright  # there in a tracked run; without it the script does the same and records nothing
except ImportError:
    loopwright = None

MODELS = Path(__file__).resolve().parent / "models"
WARM_UP_DAYS = 14  # the first days have no history to build features from
HELD_OUT_DAYS = 14  # each of validation and test
TRAIN_SAMPLE = 20_000  # rows on which the training metrics are computed


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train a model that finds fraud among card transactions.")
    parser.add_argument("--model", choices=sorted(TRAINERS), default="boosting")
    parser.add_argument("--rounds", "--trees", type=int, default=120, help="trees, or passes over the data")
    parser.add_argument("--depth", type=int, default=6, help="greatest depth of a tree")
    parser.add_argument("--learning-rate", type=float, default=0.08)
    parser.add_argument("--step", type=int, default=5, help="rounds between two looks at the metrics")
    parser.add_argument("--days", type=int, help="use only the first so many days of the data")
    parser.add_argument("--feedback-days", type=int, default=7, help="days until a fraud is reported")
    parser.add_argument("--alert-rate", type=float, default=0.01, help="part of transactions one can look at")
    parser.add_argument("--cards", type=int, default=10, help="k of the card precision: cards a day")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--data", type=Path, default=seen_from_here(generate.DATA), help="transactions as CSV")
    parser.add_argument("--output", type=Path, default=seen_from_here(MODELS), help="folder for what is made")
    args = parser.parse_args()
    if min(args.rounds, args.step, args.depth, args.cards) < 1 or args.feedback_days < 0:
        parser.error("--rounds, --step, --depth and --cards must be at least 1, --feedback-days at least 0")
    if args.learning_rate <= 0 or not 0 < args.alert_rate < 1:
        parser.error("--learning-rate must be above 0, and --alert-rate between 0 and 1")
    return args


def seen_from_here(path: Path) -> Path:
    """The path relative to the working directory, which reads better and means the same on another machine."""
    try:
        return Path(os.path.relpath(path))
    except ValueError:  # on another drive of Windows
        return path


def load(path: Path, days: int | None) -> pd.DataFrame:
    """Read the first `days` days of transactions (all of them: None) and number the days in a column `day`."""
    if not path.exists():
        if path.resolve() != generate.DATA:
            sys.exit(f"{path} does not exist. Make it with: python generate.py --output {path}")
        print("No data yet: generating transactions", flush=True)
        generate.write_csv(generate.simulate(days=max(150, days or 0)), path)
    transactions = pd.read_csv(path, parse_dates=["timestamp"])
    day = (transactions["timestamp"] - transactions["timestamp"].min().normalize()).dt.days
    transactions.insert(0, "day", day)
    if days is not None and day.iloc[-1] + 1 < days:
        sys.exit(f"{path} has {day.iloc[-1] + 1} days. Make more with: python generate.py --days {days}")
    return transactions if days is None else transactions[day < days]


def split_by_time(transactions: pd.DataFrame, gap_days: int) -> dict[str, pd.DataFrame]:
    """Cut the days into warm-up | train | gap | validation | gap | test, counted from the end."""
    end = int(transactions["day"].iloc[-1]) + 1
    test = end - HELD_OUT_DAYS
    val = test - gap_days - HELD_OUT_DAYS
    train_end = val - gap_days
    if train_end <= WARM_UP_DAYS:
        sys.exit(f"{end} days are too few: {WARM_UP_DAYS + end - train_end + 1} are needed. See --days.")
    spans = {"train": (WARM_UP_DAYS, train_end), "val": (val, val + HELD_OUT_DAYS), "test": (test, end)}
    parts = {name: transactions[transactions["day"].between(a, b - 1)] for name, (a, b) in spans.items()}
    for name, (first, behind) in spans.items():
        rows = parts[name]
        frauds = int(rows["is_fraud"].sum())
        print(f"{name:5}  days {first:3} to {behind - 1:3}  {len(rows):7,} transactions  {frauds:5,} frauds")
        if not 0 < frauds < len(rows):
            sys.exit(f"The {name} days have transactions of one class only. Use more days or customers.")
    return parts


def train(args: argparse.Namespace, parts: dict[str, pd.DataFrame], features: pd.DataFrame):
    """Train in steps, show and record each; return the model that did best on validation, and its round."""
    x, y = features.loc[parts["train"].index], parts["train"]["is_fraud"].to_numpy()
    sample = parts["train"].iloc[:: max(1, len(y) // TRAIN_SAMPLE)]
    settings = Settings(args.rounds, args.step, args.depth, args.learning_rate, args.seed)
    progress = Progress(args.rounds, "epoch" if args.model == "logistic" else "round")
    best, best_round, best_ap = None, 0, -1.0
    for done, model in TRAINERS[args.model](x, y, settings):
        seen = fit_metrics(sample, scores_of(model, features.loc[sample.index]))
        held_out = evaluate(args, parts["val"], scores_of(model, features.loc[parts["val"].index]))
        metrics = {**prefixed("train", seen), **prefixed("val", held_out)}
        if metrics["val/ap"] > best_ap:
            best, best_round, best_ap = copy.deepcopy(model), done, metrics["val/ap"]
        record(metrics, done)
        shown = ("val/ap", "val/auc", "val/loss", "train/loss", "val/recall")
        progress.update(done, "  ".join(f"{name} {metrics[name]:.4f}" for name in shown))
    return best, best_round


def evaluate(args: argparse.Namespace, rows: pd.DataFrame, score: np.ndarray) -> dict[str, float]:
    return {**fit_metrics(rows, score), **alert_metrics(rows, score, args.alert_rate, args.cards)}


def prefixed(part: str, metrics: dict[str, float]) -> dict[str, float]:
    return {f"{part}/{name}": value for name, value in metrics.items()}


def record(metrics: dict[str, float], step: int) -> None:
    if loopwright:
        loopwright.log(metrics, step=step)


def hand_over(folder: Path, model, metrics: dict[str, float], best_round: int, figure) -> None:
    """Write model, metrics and figure into `folder`, and give them to the run."""
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, folder / "model.joblib", compress=3)
    summary = json.dumps({"best_round": best_round, **metrics}, indent=2)
    (folder / "metrics.json").write_text(summary + "\n", encoding="utf-8")
    figure.savefig(folder / "precision-recall.png", dpi=120)
    if loopwright:
        loopwright.artifact(folder / "model.joblib")
        loopwright.artifact(folder / "metrics.json")
        loopwright.figure(figure, "precision-recall")


def main() -> None:
    args = parse_arguments()
    started = time.monotonic()
    transactions = load(args.data, args.days)
    parts = split_by_time(transactions, gap_days=args.feedback_days)
    features = build_features(transactions, args.feedback_days)
    # One thread adds up in one order, so the model does not depend on how many cores there are and how busy.
    with threadpool_limits(limits=1):
        model, best_round = train(args, parts, features)
        score = scores_of(model, features.loc[parts["test"].index])
    kinds = recall_by_kind(parts["test"], score, args.alert_rate)
    found = {f"recall_{kind}": recall for kind, recall in kinds.items()}
    metrics = prefixed("test", {**evaluate(args, parts["test"], score), **found})
    figure = figure_of(parts["test"], score, args.alert_rate)
    record(metrics, best_round)
    hand_over(args.output, model, metrics, best_round, figure)
    print(f"\nbest on validation: round {best_round}")
    for name, value in metrics.items():
        print(f"{name:32} {value:.4f}")
    print(f"\nmodel, metrics and figure are in {args.output} ({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
