"""Compares Argali with TensorFlow on SavedModels: Keras exports golden models, TensorFlow and bin/argali predict with the same folder.

    savedmodel_check.py              every tenth golden
    savedmodel_check.py --every 1    all of them: some minutes
    savedmodel_check.py lstm conv    those whose group/case contains one of the words
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
HERE = Path(__file__).resolve().parent

import keras
import numpy as np
import tensorflow as tf

TOLERANCE, HALF = 1e-5, 3e-2  # of the largest value, at least of 1; half precisions by their spacing
# Random at prediction as well: Keras exports them as they train.
RANDOM = ("augmentation/",)


def export(file: Path, target: Path) -> tuple[dict, dict]:
    """Writes the SavedModel; returns a batch and what TensorFlow predicts for it."""
    keras.backend.clear_session()
    model = keras.models.load_model(file, compile=False, safe_mode=False)
    model.export(target, verbose=False)
    function = tf.saved_model.load(str(target)).signatures["serving_default"]
    specs = function.structured_input_signature[1]
    given = np.load(file.with_name("in.npz"))
    keys = list(given)
    batch = {n: given[n if n in given else keys[i]] for i, n in enumerate(specs)}
    outputs = function(**{n: tf.constant(x, specs[n].dtype) for n, x in batch.items()})
    return batch, {n: y.numpy() for n, y in outputs.items()}


def difference(expected: np.ndarray, actual: np.ndarray, half: bool) -> str | None:
    if expected.shape != actual.shape:
        return f"expected shape {expected.shape}, got {actual.shape}"
    if expected.dtype.kind in "OS":
        same = np.array_equal(np.char.decode(expected.astype("S"), "utf8"), actual.astype("U"))
        return None if same else "other text"
    e, a = expected.astype("float64"), actual.astype("float64")
    largest = max(1.0, np.max(np.abs(e[np.isfinite(e)]), initial=0))
    with np.errstate(invalid="ignore"):
        wrong = ~((e == a) | (np.isnan(e) & np.isnan(a)) | (np.abs(e - a) <= (HALF if half else TOLERANCE) * largest))
    return f"{wrong.sum()} of {e.size} differ, by up to {np.nanmax(np.abs(e - a)):g}" if wrong.any() else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--every", type=int, default=10)
    args = parser.parse_args()
    root = HERE / "golden"
    files = sorted(root.glob("*/*/model.keras"))
    files = [f for f in files if any(w in str(f.relative_to(root)) for w in args.words)] if args.words else files[:: args.every]
    files = [f for f in files if not str(f.relative_to(root)).startswith(RANDOM)]

    with tempfile.TemporaryDirectory() as scratch:
        jobs, expected, refused = [], {}, 0
        for i, file in enumerate(files):
            target, x, y = (Path(scratch) / f"{i}{end}" for end in (".savedmodel", ".in.npz", ".out.npz"))
            try:
                batch, outputs = export(file, target)
            except Exception:  # what Keras cannot export, or TensorFlow's processor kernels cannot run
                refused += 1
                continue
            np.savez(x, **{k: v.astype("U") if v.dtype.kind == "O" else v for k, v in batch.items()})
            jobs.append(f"{target}\t{x}\t{y}")
            expected[y] = (file, outputs, b"bfloat16" in file.read_bytes() or b"float16" in file.read_bytes())
        (Path(scratch) / "jobs.tsv").write_text("\n".join(jobs))
        subprocess.run([HERE.parent / "bin" / "argali", "predict", "--jobs", Path(scratch) / "jobs.tsv"])
        bad = 0
        for y, (file, outputs, half) in expected.items():
            name = str(file.parent.relative_to(root))
            if not y.exists():
                problems = ["no prediction"]
            else:
                actual = np.load(y)
                problems = [f"{k}: {d}" for k, v in outputs.items() if (d := difference(v, actual[k], half))]
            if problems:
                bad += 1
                print(f"{name}: {'; '.join(problems)}")
    print(f"{len(expected) - bad} of {len(expected)} SavedModels predict as TensorFlow does; {refused} were not exported")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
