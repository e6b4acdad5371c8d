"""Compares single calls of bin/argali predict with real Keras: little work on the scalar kernels, much work in a second start on the vector kernels.

    start_check.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import checking  # first: sets what Keras runs on
import keras
import numpy as np

import live_check

L = keras.layers
# By name: the layers, the shape of the input, and what it stands for.
CASES = {
    "little": ([L.Conv2D(4, 3, activation="relu"), L.GlobalAveragePooling2D(), L.Dense(3, activation="softmax")], (5, 12, 12, 3)),
    "much": ([L.Conv2D(64, 3, padding="same", activation="relu"), L.Conv2D(64, 3, padding="same"), L.GlobalMaxPooling2D()],
             (12, 224, 224, 16)),  # 28e9 multiplications
    "many rows": ([L.Dense(512, activation="tanh"), L.Dense(512, activation="tanh"), L.Dense(1)], (60_000, 32)),  # 1e9 in each 1,024 rows at a time
    "large files": ([L.Embedding(60_000, 64), L.GlobalAveragePooling1D()], (8_000, 500)),  # 15 MB and 16 MB: not even loaded at first
}


def problem(name, layers, shape, folder: Path) -> str | None:
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(1)
    x = rng.integers(0, 60_000, shape).astype("int32") if name == "large files" else rng.normal(size=shape).astype("float32")
    model = keras.Sequential([keras.Input(shape[1:], dtype=x.dtype.name), *layers])
    model.save(folder / "model.keras")
    np.savez(folder / "in.npz", x=x)
    np.savez(folder / "out.npz", y=model.predict(x, verbose=0))
    argali = [checking.ARGALI, "predict", folder / "model.keras", "--input", folder / "in.npz", "--output", folder / "argali.npz"]
    run = subprocess.run(argali, capture_output=True, text=True)
    if run.returncode or run.stdout or run.stderr:
        return f"exit code {run.returncode}, printed {run.stdout!r} and {run.stderr!r}"
    return live_check.difference(folder / "out.npz", folder / "argali.npz")


def main() -> None:
    failed = 0
    for name, (layers, shape) in CASES.items():
        with tempfile.TemporaryDirectory() as scratch:
            found = problem(name, layers, shape, Path(scratch))
        failed += found is not None
        print(f"{name}: {found or 'equal'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
