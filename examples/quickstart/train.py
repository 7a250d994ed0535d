"""Logistic regression by hand, with nothing but the standard library.

    python train.py
    loopwright run train.py --lr 0.1     the same script, tracked

Two half moons reach into each other, so no straight line divides them. The model gets all products of the
coordinates up to the third degree, and in that space a plane is enough.
"""

import argparse
import json
import math
import random
import sys
from pathlib import Path

try:
    import loopwright  # there in a tracked run; without it the script does the same and records nothing
except ImportError:
    loopwright = None

DEGREE = 3


def two_moons(count, noise, rng):
    """`count` pairs of a point (x, y) and its moon (0 or 1), in random order."""
    points = []
    for number in range(count):
        moon = number % 2
        angle = rng.uniform(0, math.pi)
        x = math.cos(angle) if moon == 0 else 1 - math.cos(angle)
        y = math.sin(angle) if moon == 0 else 0.5 - math.sin(angle)
        points.append(((rng.gauss(x, noise), rng.gauss(y, noise)), moon))
    rng.shuffle(points)
    return points


def expand(point):
    """1, x, y, x², xy, y², ...: all products of the coordinates up to DEGREE."""
    x, y = point
    return [x ** (total - i) * y**i for total in range(DEGREE + 1) for i in range(total + 1)]


def predict(weights, features):
    """Probability of moon 1: the logistic function of a weighted sum, without overflow on either side."""
    z = sum(weight * feature for weight, feature in zip(weights, features))
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def train_epoch(weights, rows, rate, rng):
    """One pass in random order. The gradient of the log loss for one row is (p - y) times its features."""
    for features, moon in rng.sample(rows, len(rows)):
        step = rate * (predict(weights, features) - moon)
        for i, feature in enumerate(features):
            weights[i] -= step * feature


def evaluate(weights, rows):
    """Mean log loss (nats) and accuracy."""
    loss = correct = 0.0
    for features, moon in rows:
        p = min(max(predict(weights, features), 1e-12), 1 - 1e-12)
        loss -= math.log(p if moon else 1 - p)
        correct += (p >= 0.5) == (moon == 1)
    return loss / len(rows), correct / len(rows)


def show(epoch, epochs, text):
    """A bar that fills up on a terminal; plain lines, about ten of them, in a file or a pipe."""
    line = f"epoch {epoch}/{epochs}  {text}"
    if sys.stdout.isatty():
        bar = ("#" * round(24 * epoch / epochs)).ljust(24, ".")
        print(f"\r[{bar}]  {line}\x1b[K", end="\n" if epoch == epochs else "", flush=True)
    elif epoch == epochs or epoch % max(1, epochs // 10) == 0:
        print(line, flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description="Tell two half moons apart.")
    parser.add_argument("--lr", type=float, default=0.05, help="learning rate at the start")
    parser.add_argument("--epochs", type=int, default=150)
    parser.add_argument("--points", type=int, default=5_000)
    parser.add_argument("--noise", type=float, default=0.25, help="standard deviation around the moons")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    if args.epochs < 1 or args.points < 10:
        parser.error("at least 1 epoch and 10 points are needed")
    return args


def main():
    args = parse_arguments()
    rng = random.Random(args.seed)
    rows = [(expand(point), moon) for point, moon in two_moons(args.points, args.noise, rng)]
    cut = len(rows) * 4 // 5
    train, val = rows[:cut], rows[cut:]

    weights = [0.0] * len(rows[0][0])
    for epoch in range(1, args.epochs + 1):
        train_epoch(weights, train, args.lr / math.sqrt(epoch), rng)
        loss, _ = evaluate(weights, train)
        val_loss, val_accuracy = evaluate(weights, val)
        if loopwright:
            metrics = {"train/loss": loss, "val/loss": val_loss, "val/accuracy": val_accuracy}
            loopwright.log(metrics, step=epoch)
        show(epoch, args.epochs, f"loss {loss:.4f}  val loss {val_loss:.4f}  accuracy {val_accuracy:.4f}")

    model = Path(__file__).resolve().parent / "models" / "model.json"
    model.parent.mkdir(exist_ok=True)
    model.write_text(json.dumps({"degree": DEGREE, "weights": weights}, indent=2) + "\n", encoding="utf-8")
    if loopwright:
        loopwright.artifact(model)
    print(f"The model is in {model.parent.name}/{model.name} beside this script.")


if __name__ == "__main__":
    main()
