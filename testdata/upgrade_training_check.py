"""Trains models in Keras 2 (tf_keras), and goes on in Argali, and in Keras 3 from what Argali makes of the files: losses and metrics must be those of
tf_keras, had it gone on itself.

    upgrade_training_check.py                  all cases
    upgrade_training_check.py --every 5        one case in five
    upgrade_training_check.py nadam legacy     those whose name contains one of the words
    upgrade_training_check.py --make DIR       only makes the files, DIR/jobs.tsv for argali convert and DIR/trainings.tsv for argali train --no-shuffle
    upgrade_training_check.py --compare DIR    only compares what was made of them in DIR
"""

import json
from pathlib import Path

import checking  # first: sets what Keras runs on
import numpy as np

BATCH, BATCHES = 8, 3
BEFORE, AFTER = 14, 8  # epochs of three steps: 42, after which tf_keras' own restarts of Nadam's product no longer show, and 24
TOLERANCE, HALF = 1e-4, 2e-2
# On TensorFlow, Keras 3 squares the gradient of each token looked up before it adds up those of one token, which Keras 2 did not.
TOKENS_OF_KERAS3 = 1e-2


def optimizers(K) -> dict:
    o, old, s = K.optimizers, K.optimizers.legacy, K.optimizers.schedules
    scaled = K.mixed_precision.LossScaleOptimizer
    return {
        "by_name": "rmsprop",
        "sgd": o.SGD(0.02), "momentum": o.SGD(0.01, momentum=0.9), "nesterov": o.SGD(0.01, momentum=0.9, nesterov=True, weight_decay=1e-3),
        "adam": o.Adam(0.003), "amsgrad": o.Adam(0.003, amsgrad=True, clipnorm=0.5), "adamw": o.AdamW(0.003, weight_decay=0.01),
        "adamax": o.Adamax(0.003), "nadam": o.Nadam(0.003), "adadelta": o.Adadelta(0.5), "adagrad": o.Adagrad(0.02),
        "rmsprop": o.RMSprop(0.002), "rmsprop_centered": o.RMSprop(0.002, momentum=0.5, centered=True, clipvalue=0.1),
        "ftrl": o.Ftrl(0.02, l1_regularization_strength=1e-3, l2_regularization_strength=1e-3), "lion": o.Lion(3e-4), "adafactor": o.Adafactor(0.01),
        "exponential": o.Adam(s.ExponentialDecay(0.01, 20, 0.9, staircase=True)), "cosine": o.SGD(s.CosineDecay(0.05, 100), momentum=0.5),
        "piecewise": o.Adam(s.PiecewiseConstantDecay([20, 50], [0.01, 0.003, 0.001])), "polynomial": o.SGD(s.PolynomialDecay(0.05, 60, 0.01)),
        "averaged": o.Adam(0.003, use_ema=True, ema_momentum=0.9, global_clipnorm=1.0),
        "averaged_often": o.SGD(0.01, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=5),
        "scaled": scaled(o.Adam(0.003)), "scaled_by_16": scaled(o.Adam(0.003), dynamic=False, initial_scale=16),
        "scaled_nadam": scaled(o.Nadam(0.003)), "scaled_adafactor": scaled(o.Adafactor(0.01)),
        "scaled_growing": scaled(o.Adam(0.003), dynamic_growth_steps=30), "scaled_averaged": scaled(o.SGD(0.01, momentum=0.9, use_ema=True, ema_momentum=0.9)),
        "legacy_sgd": old.SGD(0.02, decay=0.05), "legacy_momentum": old.SGD(0.01, momentum=0.9, nesterov=True),
        "legacy_adam": old.Adam(0.003, decay=0.01, clipnorm=0.5), "legacy_amsgrad": old.Adam(0.003, amsgrad=True), "legacy_adamax": old.Adamax(0.003),
        "legacy_adadelta": old.Adadelta(0.5), "legacy_adagrad": old.Adagrad(0.02), "legacy_rmsprop": old.RMSprop(0.002),
        "legacy_rmsprop_momentum": old.RMSprop(0.002, momentum=0.5, centered=True), "legacy_ftrl": old.Ftrl(0.02, beta=0.1, l2_regularization_strength=1e-3),
        "legacy_scheduled": old.Adam(s.InverseTimeDecay(0.01, 10, 0.5)), "legacy_scaled": scaled(old.SGD(0.01, momentum=0.9)),
        "legacy_nadam": old.Nadam(0.003),
    }


# What Keras 3 has no words for.
REFUSED = {"legacy_nadam": "Nadam"}
# Inside another optimizer, Keras 3 begins the product of Nadam's momenta anew when it loads a file, its own too. Then it must go on as Argali does.
BEGUN_ANEW = {"scaled_nadam"}


def losses(K) -> list[tuple]:
    """Losses and metrics for probabilities of three classes, one after the other for the optimizers."""
    l, m = K.losses, K.metrics
    return [
        ("categorical_crossentropy", ["accuracy", "mae"]), (l.CategoricalCrossentropy(label_smoothing=0.1), [m.AUC(), "top_k_categorical_accuracy"]),
        ("mse", ["mse", m.MeanAbsoluteError(name="off")]), (l.Huber(0.5), ["cosine_similarity"]), ("kullback_leibler_divergence", [m.kullback_leibler_divergence, m.Precision()]),
        (l.LogCosh(), [m.logcosh, m.CategoricalCrossentropy()]), ("poisson", ["acc", m.Recall(thresholds=0.4)]),
        (l.BinaryFocalCrossentropy(gamma=1.5), ["binary_accuracy"]), (l.CosineSimilarity(), ["hinge", m.TopKCategoricalAccuracy(k=2)]),
        ("categorical_hinge", ["squared_hinge"]), (l.MeanAbsoluteError(reduction="sum"), [m.MeanSquaredError()]), ("huber", []),
    ]


def network(K, name: str):
    L = K.layers
    half = "scaled" in name
    x = K.Input((6, 6, 2), name="x")
    y = L.BatchNormalization()(L.Conv2D(3, 3, activation="relu")(x))
    inner = K.Sequential([L.Dense(4, activation="tanh", input_shape=(4, 12)), L.Dense(5, kernel_constraint="max_norm")], name="inner")
    y = L.Bidirectional(L.LSTM(3, recurrent_activation="sigmoid"))(inner(L.Reshape((4, 12))(y)))
    frozen = L.Dense(4, trainable=False)
    return K.Model(x, L.Dense(3, activation="softmax", dtype="float32" if half else None)(frozen(y)))


def words(K):
    """An embedding, of which a batch looks some tokens up twice and others not at all."""
    L = K.layers
    x = K.Input((6,), name="x", dtype="int32")
    y = L.GRU(4)(L.Embedding(12, 3, mask_zero=True)(x))
    return K.Model(x, [L.Dense(3, activation="softmax", name="a")(y), L.Dense(3, activation="softmax", name="b")(y)])


def data(of_words: bool):
    rng = np.random.default_rng(3)
    n = BATCH * BATCHES - 2  # the last batch is smaller
    images = rng.normal(size=(n, 6, 6, 2)).astype("float32")
    y = np.eye(3, dtype="float32")[rng.integers(0, 3, n)]
    if of_words:
        tokens = rng.integers(1, 12, size=(n, 6)).astype("int32")
        tokens[:, 4:] *= rng.integers(0, 2, (n, 1), "int32")
        return tokens, {"a": y, "b": y[:, ::-1].copy()}
    return images, y


def fit(model, x, y, epochs: int) -> dict:
    history = model.fit(x, y, batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0).history
    return {k: [float(v) for v in values] for k, values in history.items() if k != "lr"}


def cases(K):
    """Name, model, and data."""
    table = losses(K)
    for i, (name, optimizer) in enumerate(optimizers(K).items()):
        loss, metrics = table[i % len(table)]
        yield name, lambda: network(K, name), optimizer, dict(loss=loss, metrics=metrics), False
    for name in ("adam", "adagrad", "legacy_adam"):
        compiled = dict(loss={"a": "categorical_crossentropy", "b": K.losses.MeanSquaredError()}, loss_weights={"a": 0.5, "b": 2.0}, metrics={"a": "accuracy", "b": ["mae"]})
        yield f"words_{name}", lambda: words(K), optimizers(K)[name], compiled, True


def make(folder: Path, chosen: list[str], every: int) -> None:
    import tf_keras as K

    jobs, trainings, table = [], [], {}
    for i, (name, build, optimizer, compiled, of_words) in enumerate(cases(K)):
        if i % every or chosen and not any(w in name for w in chosen):
            continue
        at = folder / name
        at.mkdir(parents=True)
        K.backend.clear_session()
        K.utils.set_random_seed(7)
        K.mixed_precision.set_global_policy("mixed_float16" if "scaled" in name else "float32")
        model = build()
        K.mixed_precision.set_global_policy("float32")
        model.compile(optimizer, **compiled)
        x, y = data(of_words)
        fit(model, x, y, BEFORE)
        model.save(at / "old.h5")
        # Of the older optimizers, this format has the configuration alone: so has what goes on from it.
        legacy = "legacy" in name
        if not legacy:
            model.save(at / "old.keras")
        model.save(at / "old_tf", save_format="tf", save_traces=False)
        np.savez(at / "data.npz", x=x, **({f"y_{k}": v for k, v in y.items()} if of_words else {"y": y}))
        scale = getattr(model.optimizer, "dynamic_counter", None)
        scale = None if scale is None else [float(model.optimizer.loss_scale), int(scale)]
        expected = fit(model, x, y, AFTER)
        (at / "expected.json").write_text(json.dumps(expected))
        table[name] = of_words, scale
        for kind in ("h5", "tf", *(() if legacy else ("keras",))):
            old = at / ("old_tf" if kind == "tf" else f"old.{kind}")
            jobs.append(f"{old}\t{at}/{kind}.keras")
            trainings.append("\t".join(map(str, (old, at / "data.npz", at / f"{kind}_trained.keras", AFTER, BATCH, at / f"{kind}.json"))))
    (folder / "table.json").write_text(json.dumps(table))
    (folder / "jobs.tsv").write_text("\n".join(jobs) + "\n")
    (folder / "trainings.tsv").write_text("\n".join(trainings) + "\n")


def difference(expected: dict, got: dict, tolerance: float) -> str | None:
    if sorted(expected) != sorted(got):
        return f"figures {sorted(got)}, expected {sorted(expected)}"
    for k, values in expected.items():
        off = np.abs(np.array(values) - np.array(got[k])) / np.maximum(1, np.abs(values))
        if not off.max() <= tolerance:
            return f"{k} is off by {off.max():.2g}"
    return None


def worst(expected: dict, got: dict) -> float:
    return max(float((np.abs(np.array(v) - np.array(got[k])) / np.maximum(1, np.abs(v))).max()) for k, v in expected.items())


def compare(folder: Path) -> bool:
    import keras

    problems, count, largest = [], {"Argali": 0, "Keras 3": 0}, {"Argali": 0.0, "Keras 3": 0.0}
    for name, (of_words, scale) in json.loads((folder / "table.json").read_text()).items():
        at = folder / name
        expected = json.loads((at / "expected.json").read_text())
        for old in sorted(at.glob("old*")):
            kind = "tf" if old.name == "old_tf" else old.suffix[1:]
            if name in REFUSED:
                if (at / f"{kind}.json").exists():
                    problems.append(f"{name}.{kind}: was trained, though Keras 3 has not {REFUSED[name]}")
                continue
            found = {}
            trained, upgraded = at / f"{kind}.json", at / f"{kind}.keras"
            found["Argali"] = json.loads(trained.read_text()) if trained.exists() else None
            keras.utils.clear_session()
            try:
                network = keras.models.load_model(upgraded)
                # Keras 2 keeps the scale of the loss in TensorFlow's format alone.
                if scale and kind == "tf" and scale != [float(network.optimizer.dynamic_scale), int(network.optimizer.step_counter)]:
                    problems.append(f"{name}.{kind}: the loss is not scaled by {scale[0]} for {scale[1]} steps")
                found["Keras 3"] = fit(network, *data(of_words), AFTER)
            except Exception as e:
                problems.append(f"{name}.{kind}: Keras 3: {type(e).__name__}: {str(e).strip().splitlines()[0][:200]}")
            for who, history in found.items():
                tolerance = HALF if "scaled" in name else TOKENS_OF_KERAS3 if of_words and who == "Keras 3" else TOLERANCE
                like = found["Argali"] or expected if name in BEGUN_ANEW else expected
                d = difference(like, history, tolerance) if history else "was not trained"
                if d:
                    problems.append(f"{name}.{kind}: {who}: {d}")
                else:
                    count[who] += 1
                    largest[who] = max(largest[who], worst(expected, history) if tolerance == TOLERANCE else 0)
    print("\n".join(problems))
    for who in count:
        print(f"{who}: {count[who]} trainings went on as tf_keras' (worst {largest[who]:.1e})")
    print(f"{len(problems)} problems")
    return not problems


def main() -> None:
    arguments = checking.parser(__doc__)
    arguments.add_argument("words", nargs="*")
    arguments.add_argument("--every", type=int, default=1)
    checking.main(arguments, lambda folder, a: make(folder, a.words, a.every), run, lambda folder, _: compare(folder))


def run(folder: Path) -> None:
    checking.jobs(folder, "convert", "jobs.tsv")
    checking.jobs(folder, "train", "--no-shuffle", "trainings.tsv")


if __name__ == "__main__":
    main()
