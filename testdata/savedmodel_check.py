"""Compares Argali with TensorFlow on SavedModels: of expressions (tensorflow_operations.py), and of golden models that Keras exports.

    savedmodel_check.py              all expressions, every tenth golden
    savedmodel_check.py --every 1    all goldens: some minutes
    savedmodel_check.py lstm conv    those whose group/case or text contains one of the words
"""

import ast
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import checking  # first: sets what Keras runs on
import keras
import numpy as np
import tensorflow as tf

from tensorflow_operations import EXPRESSIONS, INPUTS, REFUSED, rows

tf.get_logger().setLevel("ERROR")

TOLERANCE, HALF = 1e-5, 3e-2  # of the largest value, at least of 1; half precisions by their spacing
# Random at prediction as well: Keras exports them as they train.
RANDOM = ("augmentation/",)


def predict(target: Path, batch: dict) -> dict:
    function = tf.saved_model.load(str(target)).signatures["serving_default"]
    specs = function.structured_input_signature[1]
    outputs = function(**{n: tf.constant(x, specs[n].dtype) for n, x in batch.items()})
    return {n: y.numpy() for n, y in outputs.items()}


def save(expression: str, target: Path) -> tuple[dict, dict]:
    """An expression as a SavedModel whose inputs are the names in it."""
    names = sorted({n.id for n in ast.walk(ast.parse(expression)) if isinstance(n, ast.Name)} & INPUTS.keys()) or ["x"]
    function = eval(f"lambda {', '.join(names)}: {expression}", {"tf": tf})
    specs = [tf.TensorSpec([None, *INPUTS[n].shape[1:]] if INPUTS[n].shape else [], tf.constant(INPUTS[n]).dtype, n) for n in names]
    module = tf.Module()
    module.f = tf.function(lambda *a: {f"y{i}": y for i, y in enumerate(tf.nest.flatten(function(*a), expand_composites=True))}, specs, autograph=False)
    tf.saved_model.save(module, str(target), signatures=module.f)
    batch = {n: INPUTS[n] for n in names}
    return batch, predict(target, batch)


def export(file: Path, target: Path) -> tuple[dict, dict]:
    """Writes the SavedModel; returns a batch and what TensorFlow predicts for it."""
    keras.backend.clear_session()
    model = keras.models.load_model(file, compile=False, safe_mode=False)
    model.export(target, verbose=False)
    names = tf.saved_model.load(str(target)).signatures["serving_default"].structured_input_signature[1]
    given = np.load(file.with_name("in.npz"))
    keys = list(given)
    batch = {n: given[n if n in given else keys[i]] for i, n in enumerate(names)}
    return batch, predict(target, batch)


def computes_in_half(file: Path) -> bool:
    with zipfile.ZipFile(file) as archive:
        return b"float16" in archive.read("config.json")


def text(array: np.ndarray) -> np.ndarray:
    """Bytes as Argali has them: what is no UTF-8 becomes lone surrogates."""
    return np.vectorize(lambda v: v.decode("utf8", "surrogateescape") if isinstance(v, bytes) else v, otypes=["U"])(array)


def difference(expected: np.ndarray, actual: np.ndarray, half: bool) -> str | None:
    if expected.shape != actual.shape:
        return f"expected shape {expected.shape}, got {actual.shape}"
    if expected.dtype.kind in "OS":
        same = np.array_equal(text(expected), actual.astype("U"))
        return None if same else "other text"
    e, a = expected.astype("float64"), actual.astype("float64")
    largest = max(1.0, np.max(np.abs(e[np.isfinite(e)]), initial=0))
    with np.errstate(invalid="ignore"):
        wrong = ~((e == a) | (np.isnan(e) & np.isnan(a)) | (np.abs(e - a) <= (HALF if half else TOLERANCE) * largest))
    return f"{wrong.sum()} of {e.size} differ, by up to {np.nanmax(np.abs(e - a)):g}" if wrong.any() else None


class Cases:
    """SavedModels with what TensorFlow predicts for them."""

    def __init__(self, scratch: Path):
        self.scratch, self.jobs, self.expected, self.refused, self.left_out = scratch, [], {}, {}, 0

    def add(self, name: str, write, half: bool = False, refused: bool = False) -> None:
        n = len(self.jobs) + self.left_out
        target, x, y = (self.scratch / f"{n}{end}" for end in (".savedmodel", ".in.npz", ".out.npz"))
        try:
            batch, outputs = write(target)
        except Exception as e:  # what Keras cannot export, or TensorFlow's processor kernels cannot run
            self.left_out += 1
            print(f"{name}: left out, {type(e).__name__}")
            return
        np.savez(x, **{k: text(v) if v.dtype.kind == "O" else v for k, v in batch.items()})
        self.jobs.append(f"{target}\t{x}\t{y}")
        if refused:
            self.refused[y] = name
        else:
            self.expected[y] = (name, outputs, half)

    def run(self) -> int:
        """How many are wrong."""
        file = self.scratch / "jobs.tsv"
        file.write_text("\n".join(self.jobs))
        run = subprocess.run([checking.ARGALI, "predict", "--jobs", file], stderr=subprocess.PIPE, text=True)
        errors = [e for e in run.stderr.splitlines() if "the TensorFlow operation" not in e or "--backend tensorflow" not in e]
        print("\n".join(errors))
        named = len(run.stderr.splitlines()) - len(errors)
        bad = 0
        for y, (name, outputs, half) in self.expected.items():
            if not y.exists():
                problems = ["no prediction"]
            else:
                actual = np.load(y)
                problems = [f"{k}: {d}" for k, v in outputs.items() if (d := difference(v, actual[k], half))]
            if problems:
                bad += 1
                print(f"{name}: {'; '.join(problems)}")
        supported = [name for y, name in self.refused.items() if y.exists()]
        for name in supported:
            print(f"{name}: listed as refused, but predicts")
        if named < len(self.refused):
            print(f"{len(self.refused) - named} refusals do not name the operation and TensorFlow's backend")
            bad += 1
        print(f"{len(self.expected) - bad} of {len(self.expected)} SavedModels predict as TensorFlow does, "
              f"{len(self.refused) - len(supported)} of {len(self.refused)} are refused; {self.left_out} were not made")
        return bad + len(supported)


def main() -> None:
    parser = checking.parser(__doc__)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--every", type=int, default=10)
    args = parser.parse_args()

    def chosen(all_of_them: list, name, every: int) -> list:
        if args.words:
            return [c for c in all_of_them if any(w in name(c) for w in args.words)]
        return all_of_them[::every]

    root = checking.HERE / "golden"
    names = {f: str(f.parent.relative_to(root)) for f in sorted(root.glob("*/*/model.keras"))}
    with tempfile.TemporaryDirectory() as scratch:
        cases = Cases(Path(scratch))
        for e in chosen(rows(EXPRESSIONS), str, 1):
            cases.add(e, lambda target, e=e: save(e, target))
        for e in chosen(rows(REFUSED), str, 1):
            cases.add(e, lambda target, e=e: save(e, target), refused=True)
        for f in chosen(list(names), names.get, args.every):
            if not names[f].startswith(RANDOM):
                cases.add(names[f], lambda target, f=f: export(f, target), computes_in_half(f))
        sys.exit(1 if cases.run() else 0)


if __name__ == "__main__":
    main()
