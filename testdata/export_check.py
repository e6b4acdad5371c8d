"""Has ONNX Runtime and TensorFlow run what Argali exports, and compares the predictions with Keras' own.

    export_check.py                     exports every golden model to .onnx and .savedmodel, runs and compares
    export_check.py --every 5           only every fifth golden
    export_check.py dense formats       only the cases whose group/case contains one of the words
    export_check.py --format onnx       only one of the formats
    export_check.py --gradients         of SavedModels, the gradients of their variables too, which must be those of Keras
    export_check.py --make DIR          only writes DIR/jobs.tsv, for argali convert --jobs FILE 2> DIR/refused.txt
    export_check.py --compare DIR       only compares what was exported to DIR

A model that a format has no words for must have been refused with a message that says so; everything else must be there and equal.
"""

import collections
import re
import sys
import zipfile
from pathlib import Path

import checking  # first: sets what Keras runs on
import numpy as np

GOLDEN = checking.HERE / "golden"
FORMATS = ("onnx", "savedmodel")
# Of the largest value. Half precision is computed in float32 by some kernels and not by others.
TOLERANCE, TOLERANCE_FLOAT16, TOLERANCE_BFLOAT16 = 1e-5, 1e-2, 5e-2
# What its kernels on the CPU refuse: channels first, and gradients of dilated convolutions, which Keras makes of other operations.
NOT_ON_CPU = ("NHWC", "Conv2DBackprop", "Conv3DBackprop", "DepthwiseConv2dNativeBackprop")
# Keras has another gradient than the sum over all places, which ours is.
WRONG_IN_KERAS = re.compile(r"conv3d\..*channels_first.*/bias")
# Keras gives roundings a gradient, which a SavedModel's operations do not carry.
NO_GRADIENT = "quantization/"
# Sums over a batch and all its places, in another order.
TOLERANCE_GRADIENT = 1e-4


def cases(words: list[str], every: int):
    """Folder and model of each golden."""
    for i, batch in enumerate(sorted(GOLDEN.glob("*/*/in.npz"))):
        folder = batch.parent
        name = str(folder.relative_to(GOLDEN))
        if i % every or words and not any(w in name for w in words):
            continue
        yield name, next(folder / n for n in ("model.keras", "model.h5", "model.json", "model") if (folder / n).exists())


def make(folder: Path, args) -> None:
    lines = []
    for name, model in cases(args.words, args.every):
        (folder / name).mkdir(parents=True, exist_ok=True)
        lines += [f"{model}\t{folder / name}/model.{f}" for f in FORMATS if args.format in (None, f)]
    (folder / "jobs.tsv").write_text("\n".join(lines) + "\n")


def tolerance(model: Path) -> float:
    """By the types that the model's configuration names."""
    if model.suffix == ".keras":
        config = zipfile.ZipFile(model).read("config.json").decode()
    elif model.is_dir():
        config = (model / "config.json").read_text()
    else:
        config = model.read_text() if model.suffix == ".json" else ""
    return TOLERANCE_BFLOAT16 if "bfloat16" in config else TOLERANCE_FLOAT16 if "float16" in config else TOLERANCE


def run_onnx(path: Path, inputs: dict, outputs: list[str]) -> list[np.ndarray]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    types = {
        "tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16, "tensor(bool)": np.bool_,
        "tensor(string)": np.object_,
    }
    feed = {}
    for given, (name, x) in zip(session.get_inputs(), inputs.items(), strict=True):
        kind = types.get(given.type) or np.dtype(given.type[7:-1])
        feed[given.name] = fitted(x, len(given.shape)).astype(kind)
        if given.name != name:
            raise ValueError(f"input {name} is called {given.name}")
    return session.run(None, feed)


def run_savedmodel(path: Path, inputs: dict, outputs: list[str]) -> list[np.ndarray]:
    import tensorflow as tf

    result = called(tf.saved_model.load(str(path)).signatures["serving_default"], inputs)
    return [result[n].numpy() for n in signature_names(result, outputs)]


def signature_names(result: dict, outputs: list[str]) -> list[str]:
    """Goldens number the outputs of a layer that was called twice, of which one may be left."""
    return [n if n in result else re.sub(r"_[0-9]+$", "", n) for n in outputs]


def called(signature, inputs: dict) -> dict:
    import tensorflow as tf

    _, given = signature.structured_input_signature
    feed = {}
    for name, x in inputs.items():
        spec = given[name]
        x = fitted(x, spec.shape.rank)
        feed[name] = tf.constant(x.astype(object) if x.dtype.kind == "U" else x, dtype=spec.dtype) if spec.dtype == tf.string else tf.cast(tf.constant(x), spec.dtype)
    return signature(**feed)


def gradients(name: str, path: Path, model: Path, inputs: dict, outputs: list[str]) -> list[str] | None:
    """What is wrong with the gradients of an exported model's variables; None where there are none to compare."""
    if name.startswith(NO_GRADIENT):
        return None
    try:
        return wrong_gradients(path, model, inputs, outputs)
    except Exception as e:
        if any(w in str(e) for w in NOT_ON_CPU):
            return None
        raise


def wrong_gradients(path: Path, model: Path, inputs: dict, outputs: list[str]) -> list[str]:
    """Keras' variables are those with the same values."""
    import keras
    import tensorflow as tf

    import goldens

    keras.utils.clear_session()
    network = goldens.load(model)

    def loss(ys: list) -> "tf.Tensor":
        floats = [tf.cast(y, tf.float32) for y in ys if y.dtype.is_floating]
        return tf.add_n([tf.reduce_sum(y * tf.reshape(tf.cos(tf.range(tf.size(y), dtype=tf.float32)), tf.shape(y))) for y in floats] or [tf.constant(0.0)])

    exported = tf.saved_model.load(str(path))  # which owns the variables
    signature = exported.signatures["serving_default"]
    with tf.GradientTape() as tape:
        result = called(signature, inputs)
        total = loss([result[n] for n in signature_names(result, outputs)])
    ours = tape.gradient(total, signature.trainable_variables, unconnected_gradients="zero")
    with tf.GradientTape() as tape:
        total = loss(list(goldens.call(network, list(inputs.values())).values()))
    theirs = tape.gradient(total, [v.value for v in network.trainable_variables], unconnected_gradients="zero")
    known = {(tuple(v.shape), np.asarray(v).tobytes()): g for v, g in zip(network.trainable_variables, theirs, strict=True)}
    bad = []
    for v, g in zip(signature.trainable_variables, ours, strict=True):
        if WRONG_IN_KERAS.match(v.name):
            continue
        key = tuple(v.shape), v.numpy().tobytes()
        if key not in known:
            bad.append(f"{v.name}: Keras trains no such variable")
        elif isinstance(d := difference(tf.convert_to_tensor(known[key]).numpy(), tf.convert_to_tensor(g).numpy(), TOLERANCE_GRADIENT), str):
            bad.append(f"gradient of {v.name}: {d}")
    return bad


def fitted(x: np.ndarray, rank: int) -> np.ndarray:
    """Keras adds or drops a last axis of length 1."""
    if x.ndim == rank + 1 and x.shape[-1] == 1:
        return x[..., 0]
    return x[..., None] if x.ndim == rank - 1 else x


def grows(name: str, inputs: dict, expected: dict) -> bool:
    """Whether a model does the same for each row of any batch."""
    rows = {x.shape[0] if x.ndim else None for x in [*inputs.values(), *expected.values()]}
    return len(rows) == 1 and None not in rows and name.split("/")[0] not in ("operation", "graph", "input_layer") and not keeps_states(name)


def keeps_states(name: str) -> bool:
    return name.endswith("/stateful")


def wrong_second_call(path: Path, model: Path, inputs: dict, outputs: list[str], limit: float) -> list[str]:
    """What is wrong where a model that keeps states is called again."""
    import keras
    import tensorflow as tf

    import goldens

    keras.utils.clear_session()
    network, exported = goldens.load(model), tf.saved_model.load(str(path))
    for _ in range(2):
        expected = goldens.call(network, list(inputs.values()))
        got = called(exported.signatures["serving_default"], inputs)
    pairs = zip(expected.items(), (got[n].numpy() for n in signature_names(got, outputs)), strict=True)
    return [f"second call: {n}: {d}" for (n, e), g in pairs if isinstance(d := difference(np.asarray(e), g, limit), str)]


def one_more(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x, x[:1]])


RUN = {"onnx": run_onnx, "savedmodel": run_savedmodel}


def difference(expected: np.ndarray, got: np.ndarray, tolerance: float) -> float | str:
    """How far apart two outputs are, of the largest value; text where they cannot be compared."""
    if expected.dtype.kind == "U":
        got = np.vectorize(lambda s: s.decode() if isinstance(s, bytes) else s, otypes=[object])(got) if got.size else got
        return 0.0 if expected.shape == got.shape and (expected.astype(object) == got).all() else "text differs"
    if expected.shape != got.shape:
        return f"shape {got.shape}, expected {expected.shape}"
    if expected.dtype.kind not in "fc":
        return 0.0 if np.array_equal(expected, got.astype(expected.dtype)) else "whole numbers differ"
    e, g = expected.astype(np.float64), np.asarray(got).astype(np.float64)
    same = (e == g) | np.isnan(e) & np.isnan(g)
    finite = np.where(np.isfinite(e), np.abs(e), 0)
    off = np.where(same, 0, np.abs(e - g)) / max(1.0, finite.max(initial=0))
    worst = float(off.max(initial=0)) if not np.isnan(off).any() else float("inf")
    return worst if worst <= tolerance else f"off by {worst:.2g}"


def compare(folder: Path, args) -> bool:
    refused = {}
    log = folder / "refused.txt"
    for line in log.read_text().splitlines() if log.exists() else []:
        if m := re.match(r"argali: (?:.*?: )?(\S+/model\.(?:onnx|savedmodel)): (.*)", line):
            refused[m[1]] = m[2]
    passed, reasons, problems, worst = collections.Counter(), collections.Counter(), [], collections.defaultdict(float)
    without_gradients = 0
    for i, (name, model) in enumerate(cases(args.words, args.every)):
        if i % 50 == 0:
            print(f"{i} compared", file=sys.stderr, flush=True)
        with np.load(model.parent / "in.npz") as x, np.load(model.parent / "out.npz") as y:
            inputs, expected = dict(x), dict(y)
        for format in FORMATS:
            if args.format not in (None, format):
                continue
            path = folder / name / f"model.{format}"
            if not path.exists():
                why = refused.get(str(path), "")
                if "not supported" in why or "has no" in why or "formula" in why or "depends on" in why:
                    reasons[format, re.sub(r'layer "[^"]*" ', "", why)[:160]] += 1
                    if args.verbose:
                        print(f"refused {name}: {why}")
                else:
                    problems.append(f"{name}/{format}: was not written: {why}")
                continue
            try:
                got = RUN[format](path, inputs, list(expected))
                limit = tolerance(model)
                found = [difference(e, g, limit) for e, g in zip(expected.values(), got, strict=True)]
                bad = [f"{n}: {d}" for n, d in zip(expected, found) if isinstance(d, str)]
                if not bad and grows(name, inputs, expected):
                    got = RUN[format](path, {n: one_more(x) for n, x in inputs.items()}, list(expected))
                    again = [difference(one_more(e), g, limit) for e, g in zip(expected.values(), got, strict=True)]
                    bad = [f"{n} of a larger batch: {d}" for n, d in zip(expected, again) if isinstance(d, str)]
                if not bad and keeps_states(name):
                    bad = wrong_second_call(path, model, inputs, list(expected), limit)
                if not bad and args.gradients and format == "savedmodel" and limit == TOLERANCE:
                    compared = gradients(name, path, model, inputs, list(expected))
                    bad = compared or []
                    without_gradients += compared is None
                if bad:
                    problems.append(f"{name}/{format}: {'; '.join(bad[:3])}")
                else:
                    passed[format] += 1
                    if limit == TOLERANCE:
                        worst[format] = max([worst[format], *found])
            except Exception as e:
                problems.append(f"{name}/{format}: {type(e).__name__}: {' '.join(str(e).split())}"[:400])
    print("\n".join(problems))
    for format in FORMATS:
        if args.format in (None, format):
            no = sum(n for (f, _), n in reasons.items() if f == format)
            print(f"{format}: {passed[format]} equal (worst {worst[format]:.2g} of the largest value), {no} refused")
            for (f, why), n in reasons.most_common():
                if f == format:
                    print(f"    {n:4} {why}")
    if without_gradients:
        print(f"{without_gradients} without gradients, for which TensorFlow has no kernel here, or whose layers are quantized")
    print(f"{sum(passed.values())} passed, {len(problems)} failed")
    return not problems


def main() -> None:
    arguments = checking.parser(__doc__)
    arguments.add_argument("words", nargs="*")
    arguments.add_argument("--every", type=int, default=1)
    arguments.add_argument("--format", choices=FORMATS)
    arguments.add_argument("--gradients", action="store_true")
    arguments.add_argument("--verbose", action="store_true", help="name each model that was refused")
    checking.main(arguments, make, run, compare)


def run(folder: Path) -> None:
    with open(folder / "refused.txt", "w") as log:
        checking.jobs(folder, "convert", "jobs.tsv", stderr=log)


if __name__ == "__main__":
    main()
