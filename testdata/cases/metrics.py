"""Metrics: each option with each kind of input, with and without weights, after each of three batches."""

import keras
import numpy as np
import tensorflow as tf

from cases import losses as inputs
from goldens import product, snake, table

BATCHES, BATCH, STEPS, N = 3, 4, 3, 5


def numbers(rng, shape=(BATCH, N)):
    """Labels and outputs that are often equal."""
    return rng.integers(0, 3, shape).astype("float32"), rng.integers(0, 3, shape).astype("float32")


def ties(rng, shape=(BATCH, N)):
    """Outputs of equal size, some of them not finite."""
    x = rng.integers(0, 3, shape).astype("float32")
    x[0, 0] = np.inf
    return rng.integers(0, shape[-1], shape[:-1]), x


def sorted_ids(rng, shape=(BATCH, N)):
    return rng.integers(0, 8, shape[:-1]), np.stack([rng.permutation(8)[:shape[-1]] for _ in range(shape[0])])


def coarse(rng, shape=(BATCH, N)):
    """Probabilities on the thresholds themselves."""
    return rng.integers(0, 2, shape), rng.integers(0, 11, shape) / 10


def class_numbers(rng, shape=(BATCH, N)):
    """Some out of range."""
    return rng.integers(-1, 4, shape), rng.integers(0, 4, shape)


def one_hot_and_numbers(rng, shape=(BATCH, 3)):
    return inputs.one_hot(rng, shape)[0], rng.integers(0, 3, shape[:-1])


def narrow(make, shape=(BATCH, 3)):
    def f(rng):
        return make(rng, shape)

    f.__name__ = f"{make.__name__}_of_3"
    return f


def vectors(make):
    """Labels and outputs (batch)."""
    def f(rng):
        return make(rng, (BATCH,))

    f.__name__ = f"{make.__name__}_vectors"
    return f


def metric(kind, makers, options=({},), weights=("rows",), masks=False, values=False, suffix=""):
    """All options with all inputs, without weights; each of them with the weights named: of rows, or of values without the last axis or with."""
    cls = getattr(keras.metrics, kind)

    def make(rng):
        arrays, rows = {}, []

        def add(o, name, weight, mask):
            made = cls(**o)
            keys = {"weight": weight} if weight else {}
            keys |= {"mask": True} if mask else {}
            results = []
            for b in range(BATCHES):
                y_true, y_pred = arrays[f"{name}.{b}.y_true"], tf.constant(arrays[f"{name}.{b}.y_pred"])
                if mask:
                    keras.src.backend.set_keras_mask(y_pred, tf.constant(arrays[f"{name}.{b}.mask"]))
                w = arrays[f"{name}.{b}.{weight}"] if weight else None
                made.update_state(*([y_pred] if values else [y_true, y_pred]), sample_weight=w)
                results.append(np.asarray(made.result()))
            config = {**made.get_config(), **o}
            if config.get("label_weights") is not None:
                config["label_weights"] = [float(x) for x in config["label_weights"]]
            if not np.isfinite(results).all():
                raise ValueError(f"not finite, which tests nothing: {kind} {o} {name} {keys}")
            arrays[f"{len(rows)}"] = np.stack(results)
            rows.append({"metrics": {"module": "keras.metrics", "class_name": kind, "config": config}, "input": name, **keys})

        for maker in makers:
            name = maker.__name__
            for b in range(BATCHES):
                y_true, y_pred = map(inputs.cast, maker(rng))
                shape = y_pred.shape
                arrays |= {f"{name}.{b}.y_true": y_true, f"{name}.{b}.y_pred": y_pred}
                w = {"rows": shape[:1], "values": shape[:-1], "all": shape}
                for key in weights:
                    whole = "IoU" in kind  # whose type is an integer
                    arrays[f"{name}.{b}.{key}"] = inputs.cast(rng.integers(0, 4, w[key]) if whole else rng.uniform(0, 2, w[key]))
                if masks:
                    arrays[f"{name}.{b}.mask"] = rng.integers(0, 2, shape[:-1]).astype("bool")
            for o in options:
                for weight in (None, *weights):
                    for mask in (False, True) if masks else (False,):
                        add(o, name, weight, mask)
        return rows, arrays

    table("metrics", snake(kind) + suffix, make)


# Means of a function

for kind in ["MeanSquaredError", "MeanAbsoluteError", "LogCoshError", "MeanAbsolutePercentageError"]:
    metric(kind, [inputs.real, inputs.mixed_ranks(inputs.real)], masks=True)
    metric(kind, [inputs.deep(inputs.real)], weights=("rows", "values"), suffix="_deep")
metric("RootMeanSquaredError", [inputs.real, inputs.deep(inputs.real), inputs.mixed_ranks(inputs.real)], weights=("rows", "all"))
metric("MeanSquaredLogarithmicError", [inputs.positive, inputs.deep(inputs.real)])
metric("CosineSimilarity", [inputs.real, inputs.deep(inputs.real)], [{}, {"axis": 1}])
for kind in ["Hinge", "SquaredHinge"]:
    metric(kind, [inputs.signs, inputs.deep(inputs.flags), inputs.real])
metric("CategoricalHinge", [inputs.one_hot, inputs.deep(inputs.one_hot_and_logits)])
metric("KLDivergence", [inputs.distributions, inputs.certain])
metric("Poisson", [inputs.positive, inputs.deep(inputs.positive)])
metric("BinaryCrossentropy", [inputs.flags_and_probabilities, inputs.certain, inputs.deep(inputs.flags_and_probabilities)],
       product(from_logits=[False, True], label_smoothing=[0.0, 0.1]))
metric("CategoricalCrossentropy", [inputs.one_hot, inputs.deep(inputs.one_hot)],
       product(from_logits=[False, True], label_smoothing=[0.0, 0.1], axis=[-1, 1]))
metric("SparseCategoricalCrossentropy", [inputs.classes, inputs.column_of_classes], product(from_logits=[False, True], ignore_class=[None, 0, 2]))
metric("SparseCategoricalCrossentropy", [inputs.deep(inputs.classes)], product(from_logits=[False, True], ignore_class=[None, 1]),
       weights=("values",), masks=True, suffix="_deep")
metric("Accuracy", [numbers, inputs.deep(numbers), inputs.mixed_ranks(numbers)], weights=("rows", "all"))
metric("BinaryAccuracy", [inputs.flags_and_probabilities, coarse, inputs.deep(coarse), inputs.mixed_ranks(coarse)], [{}, {"threshold": 0.3}])
metric("CategoricalAccuracy", [inputs.one_hot, inputs.deep(inputs.one_hot)], weights=("values",), masks=True)
metric("SparseCategoricalAccuracy", [inputs.classes, inputs.column_of_classes, inputs.deep(inputs.classes), inputs.deep(inputs.column_of_classes)],
       weights=("values",), masks=True)
metric("TopKCategoricalAccuracy", [inputs.one_hot, inputs.deep(inputs.one_hot)], [{"k": 1}, {"k": 3}, {"k": 5}])
metric("SparseTopKCategoricalAccuracy", [inputs.classes, ties, inputs.deep(inputs.classes)], [{"k": 1}, {"k": 2}, {"k": 3}, {}])
metric("SparseTopKCategoricalAccuracy", [sorted_ids], product(k=[1, 2, 3], from_sorted_ids=[True]), suffix="_sorted")
for kind in ["PearsonCorrelation", "ConcordanceCorrelation"]:
    metric(kind, [inputs.real, inputs.deep(inputs.real)], [{}, {"axis": 1}])
metric("Mean", [inputs.real, inputs.deep(inputs.real), vectors(inputs.real)], weights=("rows", "all"), values=True)
metric("Sum", [inputs.real, inputs.deep(inputs.real), vectors(inputs.real)], weights=("rows", "all"), values=True)


# Counts at thresholds

THRESHOLDS = [{}, {"thresholds": 0.3}, {"thresholds": [0.1, 0.7]}, {"thresholds": [0.0, 0.5, 1.0]}]
for kind in ["TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives"]:
    metric(kind, [coarse, inputs.mixed_ranks(coarse), inputs.certain], THRESHOLDS, weights=("rows", "all"))
    metric(kind, [vectors(coarse)], THRESHOLDS, suffix="_of_vectors")
for kind in ["Precision", "Recall"]:
    metric(kind, [coarse, inputs.flags_and_probabilities], [a | b for a in THRESHOLDS for b in product(top_k=[None, 2], class_id=[None, 1])])
    metric(kind, [inputs.deep(coarse)], THRESHOLDS[:3], weights=("values",), suffix="_deep")
for kind, value in dict(SensitivityAtSpecificity="specificity", SpecificityAtSensitivity="sensitivity", PrecisionAtRecall="recall",
                        RecallAtPrecision="precision").items():
    metric(kind, [inputs.mixed_ranks(coarse), inputs.flags_and_probabilities],
           [{value: v, **o} for v in [0.3, 0.8] for o in product(num_thresholds=[1, 2, 11, 200])])
    metric(kind, [inputs.flags_and_probabilities], [{value: v, "class_id": 2} for v in [0.3, 0.8]], suffix="_of_a_class")

CURVES = product(curve=["ROC", "PR", "PRGAIN"], summation_method=["interpolation", "majoring", "minoring"])
metric("AUC", [coarse, inputs.mixed_ranks(inputs.flags_and_probabilities)],
       [c | o for c in CURVES for o in [{}, {"num_thresholds": 7}, {"thresholds": [0.2, 0.3, 0.8]}, {"thresholds": [0.25, 0.5, 0.75]}]])
metric("AUC", [coarse], [c | o for c in CURVES for o in [
    {"multi_label": True}, {"multi_label": True, "num_labels": N, "label_weights": [0.5, 1.0, 0.0, 2.0, 3.0]},
    {"label_weights": [0.5, 1.0, 0.0, 2.0, 3.0]}, {"multi_label": True, "thresholds": [0.2, 0.3]}]], suffix="_of_labels")
metric("AUC", [inputs.flags], [c | {"from_logits": True, "num_thresholds": 50} for c in CURVES], suffix="_from_logits")


# Scores

AVERAGES = product(average=[None, "micro", "macro", "weighted"], threshold=[None, 0.5])
metric("F1Score", [inputs.one_hot, coarse], AVERAGES)
metric("FBetaScore", [inputs.one_hot, coarse], [a | b for a in AVERAGES for b in product(beta=[0.5, 2.0])])
metric("R2Score", [inputs.real, inputs.mixed_ranks(inputs.real)],
       product(class_aggregation=[None, "uniform_average", "variance_weighted_average"], num_regressors=[0, 1, 30]), weights=("rows",))

IGNORE = product(ignore_class=[None, 1])
metric("IoU", [class_numbers], [{"num_classes": 4, "target_class_ids": t, **o} for t in [[0, 2], [3]]
                                for o in product(ignore_class=[None, 1], dtype=[None, "float32"])], weights=("all",))
metric("IoU", [inputs.one_hot], [{"num_classes": N, "target_class_ids": [0, 2], "sparse_y_true": False, "sparse_y_pred": False, **o}
                                 for o in IGNORE], suffix="_of_probabilities")
metric("MeanIoU", [class_numbers], [{"num_classes": 4, **o} for o in IGNORE], weights=("all",))
metric("MeanIoU", [inputs.one_hot], [{"num_classes": N, "sparse_y_true": False, "sparse_y_pred": False, **o} for o in IGNORE],
       suffix="_of_probabilities")
metric("OneHotIoU", [narrow(inputs.one_hot)], [{"num_classes": 3, "target_class_ids": [0, 2], **o} for o in IGNORE])
metric("OneHotIoU", [one_hot_and_numbers], [{"num_classes": 3, "target_class_ids": [1], "sparse_y_pred": True}], suffix="_sparse")
metric("OneHotMeanIoU", [narrow(inputs.one_hot)], [{"num_classes": 3, **o} for o in IGNORE])
metric("OneHotMeanIoU", [one_hot_and_numbers], [{"num_classes": 3, "sparse_y_pred": True}], suffix="_sparse")
metric("BinaryIoU", [coarse], product(target_class_ids=[[0, 1], [1]], threshold=[0.5, 0.3]), weights=("all",))


# Any function

def wrapped(rng):
    """Functions of losses and metrics, with arguments."""
    rows, arrays = [], {}
    functions = [(keras.losses.huber, {"delta": 0.5}), (keras.losses.cosine_similarity, {}), (keras.losses.mean_squared_error, {}),
                 (keras.metrics.binary_accuracy, {"threshold": 0.2})]
    for b in range(BATCHES):
        arrays[f"real.{b}.y_true"], arrays[f"real.{b}.y_pred"] = map(inputs.cast, inputs.real(rng))
    for function, arguments in functions:
        made = keras.metrics.MeanMetricWrapper(function, name="own", **arguments)
        results = []
        for b in range(BATCHES):
            made.update_state(arrays[f"real.{b}.y_true"], arrays[f"real.{b}.y_pred"])
            results.append(made.result().numpy())
        arrays[f"{len(rows)}"] = np.stack(results)
        rows.append({"metrics": keras.saving.serialize_keras_object(made), "input": "real"})
    return rows, arrays


table("metrics", "mean_metric_wrapper", wrapped)
