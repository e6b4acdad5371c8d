"""Compile: losses and metrics of several outputs, with weights; what histories report after three batches."""

import json

import keras
import numpy as np
from keras.src.trainers.compile_utils import CompileLoss, CompileMetrics

from cases.losses import cast
from goldens import table

BATCHES = [4, 4, 3]  # the last one is short, as at the end of an epoch


def labels(kind, n, rng):
    match kind:
        case "binary":
            return rng.integers(0, 2, (n, 1)), rng.uniform(0.05, 0.95, (n, 1))
        case "sparse" | "column":
            p = rng.uniform(0.1, 1, (n, 4))
            y = rng.integers(0, 4, n)
            return y[:, None] if kind == "column" else y, p / p.sum(-1, keepdims=True)
        case "one_hot":
            p = rng.uniform(0.1, 1, (n, 4))
            return np.eye(4)[rng.integers(0, 4, n)], p / p.sum(-1, keepdims=True)
        case "real":
            return rng.normal(size=(n, 3)), rng.normal(size=(n, 3))
        case _:
            raise ValueError(kind)


def compiled(name, outputs, loss, metrics=None, weighted_metrics=None, loss_weights=None, weights=False):
    """outputs: a kind of labels for each output's name."""
    def make(rng):
        arrays, n = {}, len(outputs)
        names = list(outputs)
        total = CompileLoss(loss() if callable(loss) else loss, loss_weights, output_names=names)
        made = CompileMetrics(metrics() if metrics else None, weighted_metrics() if weighted_metrics else None, output_names=names)
        tracker = keras.metrics.Mean(name="loss")
        config = json.loads(json.dumps(keras.saving.serialize_keras_object({
            "loss": loss() if callable(loss) else loss, "loss_weights": loss_weights, "metrics": metrics() if metrics else None,
            "weighted_metrics": weighted_metrics() if weighted_metrics else None})))
        totals = []
        for b, size in enumerate(BATCHES):
            ys, ps, ws = [], [], []
            for i, kind in enumerate(outputs.values()):
                y, p = map(cast, labels(kind, size, rng))
                w = cast(rng.uniform(0, 2, size))
                arrays |= {f"{b}.{i}.y_true": y, f"{b}.{i}.y_pred": p}
                if weights:
                    arrays[f"{b}.{i}.weight"] = w
                ys, ps, ws = ys + [y], ps + [keras.ops.convert_to_tensor(p)], ws + [w]
            if n == 1:
                ys, ps, ws = ys[0], ps[0], ws[0]
            value = total(ys, ps, ws if weights else None)
            tracker.update_state(value, sample_weight=size)
            made.update_state(ys, ps, ws if weights else None)
            totals.append(value.numpy())
        results = {"loss": tracker.result(), **made.result(), **{m.name: m.result() for m in total.metrics}}
        arrays["totals"] = np.stack(totals)
        arrays["results"] = np.array([float(v) for v in results.values()], "float32")
        return [{**config, "outputs": names, "results": list(results), "batches": len(BATCHES)}], arrays

    table("compile", name, make)


ONE = {"y": "one_hot"}
compiled("one_mse", {"y": "real"}, "mse", lambda: ["mae", "RootMeanSquaredError"])
compiled("one_weighted", {"y": "real"}, "mse", lambda: ["mae", "mse"], lambda: ["mae", "mae", "mse"], weights=True)
compiled("one_factor", {"y": "real"}, "mean_absolute_error", loss_weights=0.3)
for kind in ["binary", "sparse", "column", "one_hot"]:
    for loss in ["crossentropy", "ce"]:
        compiled(f"one_{kind}_{loss}", {"y": kind}, loss, lambda: ["accuracy", "acc"], weights=True)
compiled("one_functions", ONE, lambda: keras.losses.categorical_crossentropy,
         lambda: [keras.metrics.categorical_accuracy, keras.losses.poisson, keras.metrics.AUC(name="area"), keras.metrics.AUC(name="area")])
compiled("one_by_name", ONE, lambda: {"y": keras.losses.CategoricalFocalCrossentropy(gamma=3.0)}, lambda: {"y": ["mse", "mae"]})
compiled("one_sum", ONE, lambda: keras.losses.CategoricalCrossentropy(label_smoothing=0.1, reduction="sum"), lambda: ["accuracy"])
compiled("one_weighted_mean", ONE, lambda: keras.losses.CategoricalCrossentropy(reduction="mean_with_sample_weight"), weights=True)
compiled("one_same_twice", {"y": "real"}, "mse", lambda: ["mse", "mse", "MSE"])

TWO = {"a": "binary", "b": "sparse"}
compiled("two_one_loss", {"a": "real", "b": "real"}, "mse", lambda: [["mae"], ["mse", "mae"]])
compiled("two_list", TWO, lambda: ["binary_crossentropy", "sparse_categorical_crossentropy"], lambda: [["accuracy"], ["acc", "accuracy"]],
         loss_weights=[0.25, 2.0], weights=True)
compiled("two_dict", TWO, lambda: {"a": "bce", "b": keras.losses.SparseCategoricalCrossentropy(ignore_class=1)},
         lambda: {"b": "accuracy"}, lambda: {"a": ["accuracy", keras.metrics.Precision(name="p")], "b": "accuracy"},
         loss_weights={"a": 0.5, "b": 1.5}, weights=True)
compiled("two_one_without", TWO, lambda: [None, "crossentropy"], lambda: [None, ["accuracy"]])
compiled("two_metric_each", TWO, lambda: ["bce", "crossentropy"], lambda: ["mse", "accuracy"])
compiled("three", {"x": "real", "y": "one_hot", "z": "column"}, lambda: ["mae", "crossentropy", "ce"], lambda: {"x": "mse", "z": ["acc"]},
         loss_weights=[1.0, 0.1, 10.0], weights=True)
