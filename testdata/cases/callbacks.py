"""Callbacks: what real ones do when they are told given figures. See golden-training/README.md."""

import json
import types
from pathlib import Path

import keras
import numpy as np
from keras import callbacks as C

from goldens import product, training_case

FIGURES = {
    "falling": [1.0, 0.8, 0.6, 0.5, 0.45, 0.42, 0.41, 0.405, 0.404, 0.4035],
    "late": [1.0, 1.1, 0.9, 0.95, 0.97, 0.99, 0.5, 0.6, 0.7, 0.8],
    "flat": [0.5] * 10,
    "nan": [0.9, float("nan"), 0.8, 0.85, float("nan"), 0.84, 0.7, 0.71, 0.72, 0.73],
    "rising": [0.1, 0.2, 0.3, 0.35, 0.34, 0.36, 0.361, 0.3611, 0.36, 0.35],
    "missing": [0.9, None, 0.8, None, None, 0.85, 0.86, 0.87, 0.7, None],
}


class Model:
    """What callbacks ask of a model."""

    def __init__(self, rate: float):
        self.optimizer = types.SimpleNamespace(learning_rate=np.float32(rate))
        self.stop_training = False
        self.weights = [np.zeros(1)]
        accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        compiled = keras.src.trainers.compile_utils.MetricsList([accuracy])
        self.metrics = [compiled]

    def get_weights(self):
        return [w.copy() for w in self.weights]

    def set_weights(self, weights):
        self.weights = weights


def told(callback, monitor: str, figures: list, also: dict | None = None, rate: float = 0.1) -> dict:
    """The rates at the end of each epoch, until it stops, and whose epoch's weights are there at the end."""
    model = Model(rate)
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(figures):
        callback.on_epoch_begin(epoch)
        model.weights = [np.array([float(epoch)])]
        logs = dict(also or {})
        if value is not None:
            logs[monitor] = value
        callback.on_epoch_end(epoch, logs)
        model.optimizer.learning_rate = np.float32(model.optimizer.learning_rate)
        rates.append(float(model.optimizer.learning_rate))
        if model.stop_training:
            break
    callback.on_train_end()
    return {"epochs": len(rates), "rates": rates, "weights_of": int(model.weights[0][0])}


def early_stopping(folder: Path, seed: int) -> None:
    rows = []
    for o in product(figures=list(FIGURES), monitor=["val_loss", "accuracy"], patience=[0, 1, 2, 3], min_delta=[0, 0.02], restore_best_weights=[False, True],
                     baseline=[None, 0.55], start_from_epoch=[0, 3], mode=["auto"]) + product(
                     figures=["late", "rising"], monitor=["loss", "accuracy"], patience=[1], min_delta=[0], restore_best_weights=[True], baseline=[None],
                     start_from_epoch=[0], mode=["min", "max"]):
        options = {k: v for k, v in o.items() if k != "figures"}
        rows.append({**o, **told(C.EarlyStopping(**options), o["monitor"], FIGURES[o["figures"]])})
        del rows[-1]["rates"]
    write(folder, rows)


def reduce_lr(folder: Path, seed: int) -> None:
    rows = []
    for o in product(figures=list(FIGURES), monitor=["val_loss", "accuracy"], factor=[0.1, 0.5], patience=[1, 2], min_delta=[1e-4, 0.02], cooldown=[0, 2],
                     min_lr=[0.0, 0.03], mode=["auto"]):
        options = {k: v for k, v in o.items() if k != "figures"}
        rows.append({**o, "rates": told(C.ReduceLROnPlateau(**options), o["monitor"], FIGURES[o["figures"]])["rates"]})
    write(folder, rows)


def write(folder: Path, rows: list[dict]) -> None:
    figures = {k: ["NaN" if v is not None and np.isnan(v) else v for v in vs] for k, vs in FIGURES.items()}
    lines = ",\n".join(json.dumps(r) for r in rows)
    (folder / "told.json").write_text(f'{{"figures": {json.dumps(figures)},\n"rows": [\n{lines}\n]}}\n')


def csv_logger(folder: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    epochs = [
        {"loss": float(np.float32(rng.uniform())), "accuracy": float(v), "learning_rate": float(np.float32(rate))}
        for v, rate in zip([0.5, 1.0, 0.0, 1e-5, 123456789.0, 1e16, 1e-4, 2e22], [1e-3, 1e-4, 1e-5, 0.1, 1e-7, 1.5, 3e-4, 12345678.0])
    ]
    epochs[2]["loss"], epochs[3]["loss"] = float("nan"), float("inf")
    for name, separator, logs in [("plain", ",", epochs), ("semicolon", ";", epochs),
                                  ("validation", ",", [{**e, "val_loss": 2 * e["loss"]} if i % 2 == 0 else e for i, e in enumerate(epochs)]),
                                  ("later", ",", [{**e, "val_loss": 2 * e["loss"]} if i % 2 else e for i, e in enumerate(epochs)])]:
        callback = C.CSVLogger(str(folder / f"{name}.csv"), separator=separator)
        for part in (logs[:5], logs[5:]):
            callback.on_train_begin()
            for epoch, e in enumerate(part):
                callback.on_epoch_end(epoch, dict(e))
            callback.on_train_end()
            callback.append = True
        spelled = [{k: str(v) if not np.isfinite(v) else v for k, v in e.items()} for e in logs]
        (folder / f"{name}.json").write_text(json.dumps({"separator": separator, "logs": spelled}, indent=1) + "\n")


training_case("callbacks", "early_stopping", early_stopping)
training_case("callbacks", "reduce_lr_on_plateau", reduce_lr)
training_case("callbacks", "csv_logger", csv_logger)
