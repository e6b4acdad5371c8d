"""Training runs that Keras 2 (tf_keras) began, and how it goes on; of every kind of file and order of slots one. See golden-training/README.md."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tf_keras
from tf_keras import layers as L
from tf_keras import optimizers as O

from goldens import to_numpy, training_case, write_npz

SAMPLES, BATCH, BEFORE, AFTER = 22, 8, 14, 8  # the last batch is smaller; 24 steps


def run(name: str, file: str, optimizer: Callable, loss, metrics: list) -> None:
    def produce(folder: Path, seed: int) -> None:
        rng = np.random.default_rng(seed)
        tf_keras.backend.clear_session()
        tf_keras.utils.set_random_seed(seed % 2**31)
        model = tf_keras.Sequential([L.Dense(3, activation="tanh", input_shape=(4,)), L.BatchNormalization(), L.Dense(2, activation="softmax")])
        model.compile(optimizer(), loss, metrics=metrics)
        data = {"x": rng.normal(size=(SAMPLES, 4)).astype("float32"), "y": np.eye(2, dtype="float32")[rng.integers(0, 2, SAMPLES)]}
        options = dict(batch_size=BATCH, shuffle=False, verbose=0)
        model.fit(**data, epochs=BEFORE, **options)
        model.save(folder / file, **({} if "." in file else {"save_format": "tf", "save_traces": False}))
        history = model.fit(**data, epochs=AFTER, **options).history
        write_npz(folder / "data.npz", data)
        write_npz(folder / "weights.npz", {f"{i}": to_numpy(w) for i, w in enumerate(v for layer in model.layers for v in layer.weights)})
        figures = {k: [float(v) for v in values] for k, values in history.items() if k != "lr"}
        (folder / "fit.json").write_text(json.dumps({"epochs": AFTER, "batch_size": BATCH, "history": figures}))

    training_case("runs", f"upgraded_{name}", produce)


run("adam_keras", "model.keras", lambda: O.Adam(0.003, amsgrad=True, clipnorm=0.5), "mse", ["cosine_similarity"])
run("adam_h5", "model.h5", lambda: O.AdamW(0.003), "categorical_crossentropy", ["accuracy", "mae"])
run("sgd_savedmodel", "model", lambda: O.SGD(0.02, use_ema=True), tf_keras.losses.Huber(0.5), [])
run("nadam_h5", "model.h5", lambda: O.Nadam(0.003), "mse", [tf_keras.metrics.AUC()])
run("legacy_adam_h5", "model.h5", lambda: O.legacy.Adam(0.01, decay=0.01), "logcosh", [tf_keras.metrics.logcosh])
run("legacy_rmsprop_savedmodel", "model", lambda: O.legacy.RMSprop(0.003, momentum=0.5, centered=True), "mse", ["acc"])
run("legacy_adagrad_h5", "model.h5", lambda: O.legacy.Adagrad(0.05), "kullback_leibler_divergence", [tf_keras.metrics.kullback_leibler_divergence])
