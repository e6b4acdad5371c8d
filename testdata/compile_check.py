"""Compares training with real Keras: random losses, metrics, optimizers, schedules, with random options, on small models.

    compile_check.py                      makes 200 runs, trains with bin/argali, compares histories, weights and optimizer states
    compile_check.py --count 50 --seed 7  others
    compile_check.py --make DIR           only makes the models, their data and DIR/train.tsv
    compile_check.py --compare DIR        only compares what stands in DIR

A run begins with some steps in Keras, so that the state it goes on from is not fresh; its last batch is smaller than the others.
"""

import io
import json
import sys
import zipfile
from pathlib import Path

import checking  # first: sets what Keras runs on
import numpy as np

SAMPLES, BATCH, EPOCHS = 14, 4, 2
# Steps multiply what rounding left; optimizers that divide by the root of a square multiply it more.
FIGURES, WEIGHTS = 1e-3, 2e-2
CLASSES = 3
COUNTING = ("acc", "precision", "recall", "positives", "negatives", "iou", "io_u", "score", "auc", "sensitivity", "specificity")


class Draw:
    def __init__(self, rng):
        import keras

        self.rng, self.keras = rng, keras

    def pick(self, options):
        return options[int(self.rng.integers(len(options)))]

    def chance(self, p):
        return self.rng.random() < p

    def some(self, options: dict, p=0.5) -> dict:
        return {k: self.pick(v) for k, v in options.items() if self.chance(p)}

    # Optimizers

    def rate(self, scale):
        s = self.keras.optimizers.schedules
        if self.chance(0.6):
            return scale
        return self.pick([
            lambda: s.ExponentialDecay(scale, 3, 0.7, staircase=self.chance(0.5)), lambda: s.InverseTimeDecay(scale, 4, 0.5, staircase=self.chance(0.5)),
            lambda: s.PiecewiseConstantDecay([2, 5], [scale, scale / 2, scale / 5]), lambda: s.PolynomialDecay(scale, 6, scale / 10, power=2.0, cycle=self.chance(0.5)),
            lambda: s.CosineDecay(scale, 6, alpha=0.1, **self.pick([{}, {"warmup_target": scale * 2, "warmup_steps": 3}])), lambda: s.CosineDecayRestarts(scale, 3, t_mul=2.0, m_mul=0.8, alpha=0.1)])()

    def optimizer(self, inner=False):
        o = self.keras.optimizers
        betas = {"beta_1": [0.8, 0.95], "beta_2": [0.9, 0.99], "epsilon": [1e-7, 1e-3]}
        own = {"Adam": {**betas, "amsgrad": [True, False]}, "AdamW": {**betas, "amsgrad": [True], "weight_decay": [0.01, 0.1]}, "Adamax": betas, "Nadam": betas, "Lamb": betas,
               "Lion": {"beta_1": [0.8], "beta_2": [0.9]}, "SGD": {"momentum": [0.9, 0.5], "nesterov": [True, False]},
               "RMSprop": {"rho": [0.8], "momentum": [0.5], "centered": [True, False], "epsilon": [1e-7, 1e-3]}, "Adagrad": {"initial_accumulator_value": [0.5, 0.0], "epsilon": [1e-3]},
               "Adadelta": {"rho": [0.8], "epsilon": [1e-4]}, "Adafactor": {"beta_2_decay": [-0.6], "clip_threshold": [0.5], "relative_step": [True, False], "epsilon_2": [0.01]},
               "Ftrl": {"learning_rate_power": [-0.7], "initial_accumulator_value": [0.2], "l1_regularization_strength": [0.01], "l2_regularization_strength": [0.01],
                        "l2_shrinkage_regularization_strength": [0.01], "beta": [0.1]},
               "Muon": {"adam_lr_ratio": [0.5], "momentum": [0.9], "nesterov": [True, False], "ns_steps": [3], "weight_decay": [0.01], "exclude_embeddings": [True, False], "exclude_layers": [["dense"]]},
               "ScheduleFreeAdamW": {**betas, "warmup_steps": [2]}}
        # Of a Nadam inside another optimizer Keras does not save everything.
        name = self.pick([n for n in own if not (inner and n == "Nadam")])
        options = self.some(own[name], 0.4)
        if self.chance(0.3):
            options.update(self.pick([{"clipnorm": 0.3}, {"clipvalue": 0.1}, {"global_clipnorm": 0.5}]))
        if not inner:
            options.update(self.pick([{}, {}, {"weight_decay": 0.02}, {"use_ema": True, "ema_momentum": 0.8}, {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 2},
                                      {"gradient_accumulation_steps": 2}, {"loss_scale_factor": 16.0}]))
        scale = {"Adadelta": 0.1, "SGD": 0.02, "Adagrad": 0.02, "Ftrl": 0.02, "Lion": 0.002, "Muon": 0.005}.get(name, 0.005)
        return getattr(o, name)(self.rate(scale), **options)

    # Losses and metrics, as strings, functions' names or objects

    def loss(self, kind):
        k = self.keras.losses
        logits = kind.endswith("logits")
        reduction = lambda: self.some({"reduction": ["sum", "sum_over_batch_size", "mean", "mean_with_sample_weight"]}, 0.3)
        smooth = lambda: self.some({"label_smoothing": [0.1, 0.2]}, 0.4)
        common = ["mse", "mae", "mean_squared_error", "log_cosh", "huber", "poisson", "kl_divergence", "mape", "msle"]
        if kind == "regression":
            return self.pick([lambda: self.pick(common[:5]), lambda: k.Huber(**reduction()), lambda: k.LogCosh(**reduction()),
                              lambda: k.MeanSquaredError(**reduction()), lambda: k.CosineSimilarity(axis=self.pick([-1, 1]), **reduction()), lambda: k.MeanAbsoluteError(**reduction()),
                              lambda: k.MeanAbsolutePercentageError(**reduction()), lambda: k.MeanSquaredLogarithmicError(**reduction()), lambda: k.Poisson(**reduction())])()
        if kind.startswith(("binary", "multilabel")):
            return self.pick([lambda: k.BinaryCrossentropy(from_logits=logits, **smooth(), **reduction()), lambda: "binary_crossentropy" if not logits else k.BinaryCrossentropy(from_logits=True),
                              lambda: k.BinaryFocalCrossentropy(from_logits=logits, **smooth(), **self.some({"gamma": [1.0, 3.0], "alpha": [0.4], "apply_class_balancing": [True]}), **reduction()),
                              lambda: self.pick(["hinge", "squared_hinge", k.Hinge(**reduction()), k.SquaredHinge(**reduction())]), lambda: k.Dice(**self.some({"axis": [None, (1,)]})) , lambda: k.Tversky(**self.some({"alpha": [0.3], "beta": [0.7]}))])()
        if kind.startswith("onehot"):
            return self.pick([lambda: k.CategoricalCrossentropy(from_logits=logits, **smooth(), **reduction()), lambda: "categorical_crossentropy" if not logits else k.CategoricalCrossentropy(from_logits=True),
                              lambda: k.CategoricalFocalCrossentropy(from_logits=logits, **smooth(), **self.some({"gamma": [1.0], "alpha": [0.4]}), **reduction()),
                              lambda: k.CategoricalHinge(**reduction()), lambda: k.KLDivergence(**reduction())])()
        return self.pick([lambda: k.SparseCategoricalCrossentropy(from_logits=logits, **self.some({"ignore_class": [0, 2]}, 0.3), **reduction()),
                          lambda: "sparse_categorical_crossentropy" if not logits else k.SparseCategoricalCrossentropy(from_logits=True),
                          lambda: k.CategoricalGeneralizedCrossEntropy(**self.some({"q": [0.3, 0.8]}), **reduction()) if not logits else k.SparseCategoricalCrossentropy(from_logits=True)])()

    def metrics(self, kind):
        m = self.keras.metrics
        logits = kind.endswith("logits")
        regression = [lambda: "mae", lambda: "mse", lambda: m.RootMeanSquaredError(), lambda: "cosine_similarity", lambda: m.R2Score(**self.some({"class_aggregation": ["variance_weighted_average", "uniform_average"]})),
                      lambda: m.LogCoshError(), lambda: m.MeanAbsolutePercentageError(), lambda: m.PearsonCorrelation(), lambda: m.ConcordanceCorrelation(), lambda: m.MeanSquaredLogarithmicError(), lambda: "poisson",
                      lambda: m.MeanMetricWrapper(self.keras.losses.mean_squared_error, name="wrapped")]
        confusion = {"thresholds": [0.3, [0.2, 0.6]]}
        binary = [lambda: "accuracy", lambda: "acc", lambda: m.BinaryAccuracy(threshold=self.pick([0.5, 0.3])), lambda: m.Precision(**self.some(confusion)), lambda: m.Recall(**self.some(confusion)),
                  lambda: m.TruePositives(**self.some(confusion)), lambda: m.FalsePositives(**self.some(confusion)), lambda: m.TrueNegatives(), lambda: m.FalseNegatives(),
                  lambda: m.AUC(**self.some({"num_thresholds": [20], "curve": ["PR", "ROC"], "summation_method": ["minoring", "majoring"]}), **({"from_logits": True} if logits else {})),
                  lambda: m.BinaryCrossentropy(from_logits=logits), lambda: m.SensitivityAtSpecificity(0.5), lambda: m.SpecificityAtSensitivity(0.5, num_thresholds=11),
                  lambda: m.PrecisionAtRecall(0.4), lambda: m.RecallAtPrecision(0.4), lambda: m.BinaryIoU(**self.some({"target_class_ids": [[0], [1]], "threshold": [0.3]})), lambda: m.Hinge(), lambda: m.SquaredHinge(), lambda: "mse"]
        if not logits and kind.startswith(("binary", "multilabel")):
            binary += [lambda: m.F1Score(threshold=0.5, **self.some({"average": ["micro", "macro", "weighted"]})), lambda: m.FBetaScore(beta=2.0, threshold=0.4, average="macro")]
        if kind.startswith("multilabel"):
            binary += [lambda: m.AUC(multi_label=True, num_labels=CLASSES, num_thresholds=15), lambda: m.Precision(class_id=1), lambda: m.Recall(top_k=2)]
        onehot = [lambda: "accuracy", lambda: m.CategoricalAccuracy(), lambda: m.TopKCategoricalAccuracy(k=2), lambda: m.CategoricalCrossentropy(from_logits=logits, **self.some({"label_smoothing": [0.1]})),
                  lambda: m.CategoricalHinge(), lambda: m.KLDivergence(), lambda: m.OneHotIoU(CLASSES, [0, 2]), lambda: m.OneHotMeanIoU(CLASSES), lambda: m.F1Score(average=self.pick([None, "macro", "micro", "weighted"])),
                  lambda: m.Precision(class_id=0), lambda: m.Recall(top_k=1), lambda: m.AUC(**({"from_logits": True} if logits else {}))]
        sparse = [lambda: "accuracy", lambda: m.SparseCategoricalAccuracy(), lambda: m.SparseTopKCategoricalAccuracy(k=2), lambda: m.SparseCategoricalCrossentropy(from_logits=logits, **self.some({"ignore_class": [1]})),
                  lambda: m.MeanIoU(CLASSES, sparse_y_pred=False), lambda: m.IoU(CLASSES, [1], sparse_y_pred=False), lambda: "sparse_top_k_categorical_accuracy"]
        table = regression if kind == "regression" else binary if kind.startswith(("binary", "multilabel")) else onehot if kind.startswith("onehot") else sparse
        chosen = [self.pick(table)() for _ in range(int(self.rng.integers(0, 4)))]
        seen, kept = set(), []
        for c in chosen:  # one of a name
            name = c if isinstance(c, str) else type(c).__name__
            if name not in seen:
                kept.append(c)
                seen.add(name)
        return kept

    # Models

    def weights(self):
        r, c = self.keras.regularizers, self.keras.constraints
        return self.some({"kernel_regularizer": [r.L2(0.02), "l1", r.L1L2(0.01, 0.01), r.OrthogonalRegularizer(0.01)], "bias_regularizer": [r.L1(0.02)],
                          "kernel_constraint": [c.MaxNorm(0.7), c.UnitNorm(), c.NonNeg(), c.MinMaxNorm(0.2, 0.9, 0.5, axis=1)], "activity_regularizer": [r.L2(0.01)]}, 0.12)

    def body(self):
        L = self.keras.layers
        dense = lambda n, a=None: L.Dense(n, a or self.pick(["relu", "tanh", "gelu", "silu", "elu"]), **self.weights())
        start = self.pick(["vector", "vector", "image", "sequence", "tokens"])
        if start == "vector":
            x = self.keras.Input((5,), name="x")
            y = dense(6)(x)
            y = self.pick([lambda: L.BatchNormalization(momentum=0.8), lambda: L.LayerNormalization(), lambda: L.UnitNormalization(), lambda: L.Identity(), lambda: L.BatchNormalization(renorm=True)])()(y)
            y = L.Add()([y, dense(6)(y)])
        elif start == "image":
            x = self.keras.Input((6, 6, 2), name="x")
            y = L.Conv2D(3, 3, padding="same", activation="relu", use_bias=False, **self.weights())(x)
            y = self.pick([lambda: L.BatchNormalization(), lambda: L.GroupNormalization(3), lambda: L.MaxPooling2D(), lambda: L.DepthwiseConv2D(2), lambda: L.PReLU(shared_axes=[1, 2])])()(y)
            y = self.pick([lambda: L.Flatten(), lambda: L.GlobalAveragePooling2D(), lambda: L.GlobalMaxPooling2D()])()(y)
        elif start == "sequence":
            x = self.keras.Input((5, 3), name="x")
            y = self.pick([lambda: L.LSTM(4), lambda: L.GRU(4, reset_after=self.chance(0.5)), lambda: L.SimpleRNN(4), lambda: L.Bidirectional(L.LSTM(3)), lambda: L.Conv1D(3, 2)])()(x)
            if len(y.shape) == 3:
                y = L.GlobalAveragePooling1D()(y)
        else:
            x = self.keras.Input((5,), dtype="int32", name="x")
            y = L.Embedding(7, 4, mask_zero=self.chance(0.5))(x)
            y = self.pick([lambda: L.LSTM(4), lambda: L.GlobalAveragePooling1D(), lambda: L.GRU(3)])()(y)
        return x, dense(5)(y)

    def targets(self, kind):
        n = SAMPLES
        if kind == "regression":
            return self.rng.uniform(0.1, 2, (n, 2)).astype("float32")
        if kind.startswith("binary"):
            return self.rng.integers(0, 2, (n, 1)).astype(self.pick(["float32", "int32"]))
        if kind.startswith("multilabel"):
            return self.rng.integers(0, 2, (n, CLASSES)).astype("float32")
        if kind.startswith("onehot"):
            return np.eye(CLASSES, dtype="float32")[self.rng.integers(0, CLASSES, n)]
        return self.rng.integers(0, CLASSES, self.pick([(n,), (n, 1)])).astype("int32")


KINDS = ["regression", "binary", "binary logits", "multilabel", "onehot", "onehot logits", "sparse", "sparse logits"]


def run(draw: Draw):
    """A compiled model, its data and what was drawn. Raises what Keras raises."""
    L, keras = draw.keras.layers, draw.keras
    x, y = draw.body()
    names = ["a"] if draw.chance(0.7) else ["a", "b"]
    kinds = {n: draw.pick(KINDS) for n in names}
    heads = {}
    for n, kind in kinds.items():
        activation = None if kind.endswith("logits") or kind == "regression" else "sigmoid" if kind in ("binary", "multilabel") else "softmax"
        if kind == "regression":
            activation = "softplus"
        size = {"regression": 2, "binary": 1}.get(kind.split()[0], CLASSES)
        heads[n] = L.Dense(size, activation, name=n)(y)
    losses = {n: draw.loss(k) for n, k in kinds.items()}
    metrics = {n: draw.metrics(k) for n, k in kinds.items()}
    options = {}
    if len(names) == 1:
        model = keras.Model(x, heads["a"])
        loss, options["metrics"] = losses["a"], metrics["a"] or None
        if metrics["a"] and draw.chance(0.2):
            options["weighted_metrics"] = options.pop("metrics")
    else:
        by_name = draw.chance(0.5)
        model = keras.Model(x, heads if by_name else list(heads.values()))
        loss = losses if by_name else list(losses.values())
        options["metrics"] = metrics if by_name else list(metrics.values())
        if draw.chance(0.5):
            options["loss_weights"] = {"a": 0.5, "b": 2.0} if by_name else [0.5, 2.0]
    optimizer = draw.optimizer()
    if draw.chance(0.1):
        optimizer = keras.optimizers.LossScaleOptimizer(draw.optimizer(inner=True), initial_scale=64.0, dynamic_growth_steps=3)
    model.compile(optimizer, loss, **options)
    shape = (SAMPLES, *x.shape[1:])
    xs = draw.rng.integers(0, 7, shape).astype("int32") if x.dtype == "int32" else draw.rng.normal(size=shape).astype("float32")
    ys = {n: draw.targets(k) for n, k in kinds.items()}
    weight = draw.rng.uniform(0.2, 2, SAMPLES).astype("float32") if len(names) == 1 and draw.chance(0.25) else None
    return model, xs, ys, weight


def described(model) -> str:
    c = model.get_compile_config()
    return json.dumps({k: v for k, v in c.items() if v not in (None, False)}, default=str)


def make(folder: Path, count: int, seed: int, verbose: bool) -> None:
    import keras

    jobs, infos, i, attempt = [], [], 0, 0
    while i < count:
        attempt += 1
        keras.utils.clear_session()
        keras.utils.set_random_seed(attempt)
        rng = np.random.default_rng([seed, attempt])
        here = folder / f"{i:05d}"
        here.mkdir(parents=True, exist_ok=True)
        try:
            draw = Draw(rng)
            model, x, ys, weight = run(draw)
            y = ys["a"] if len(ys) == 1 else {n: ys[n] for n in ys} if isinstance(model.output, dict) else list(ys.values())
            # Keras gives ScheduleFreeAdamW other numbers in its first step by each way of building it.
            least = 1 if "ScheduleFree" in described(model) else 0
            for _ in range(int(rng.integers(least, 4))):
                model.train_on_batch(x[:BATCH], keras.tree.map_structure(lambda a: a[:BATCH], y))
            form = draw.pick(["keras", "keras", "h5"])
            path = here / f"model.{form}"
            model.save(path)
            history = model.fit(x, y, sample_weight=weight, epochs=EPOCHS, batch_size=BATCH, shuffle=False, verbose=0).history
            history = {k: np.asarray(v, "float64").tolist() for k, v in history.items()}
            if not all(np.isfinite(np.asarray(v)).all() for v in history.values()):
                continue
            model.save(here / f"expected.{form}")
        except Exception as e:
            if verbose:
                print(type(e).__name__, str(e)[:300].replace("\n", " "), file=sys.stderr)
            continue
        arrays = {"x": x, **({"y": ys["a"]} if len(ys) == 1 else {f"y_{n}": a for n, a in ys.items()})}
        if weight is not None:
            arrays["sample_weight"] = weight
        np.savez(here / "data.npz", **arrays)
        (here / "history.json").write_text(json.dumps(history))
        jobs.append("\t".join(map(str, (path, here / "data.npz", here / f"argali.{form}", EPOCHS, BATCH, here / "argali.json"))))
        infos.append({"folder": here.name, "form": form, "what": described(model), "layers": [type(l).__name__ for l in model.layers]})
        i += 1
    (folder / "train.tsv").write_text("\n".join(jobs) + "\n")
    (folder / "infos.json").write_text(json.dumps(infos))


def arrays_of(path: Path) -> dict:
    import h5py

    found = {}
    with h5py.File(io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5"))) as f:
        f.visititems(lambda name, d: found.update({name: d[()]}) if isinstance(d, h5py.Dataset) else None)
    return found


def problem(here: Path, form: str) -> str | None:
    if not (here / "argali.json").exists():
        return "was not trained"
    expected, actual = (json.loads((here / n).read_text()) for n in ("history.json", "argali.json"))
    if expected.keys() != actual.keys():
        return f"history of {list(actual)}, expected {list(expected)}"
    for k, ys in expected.items():
        for y, z in zip(ys, actual[k], strict=True):
            y, z = np.asarray(y, "float64"), np.asarray(z, "float64")
            # What counts samples may find one of them on the other side.
            one = 1.01 if "negatives" in k or "positives" in k else 2.01 / SAMPLES if any(n in k for n in COUNTING) else 0
            if y.shape != z.shape or not (np.abs(y - z) <= one + FIGURES * np.maximum(np.abs(y), 0.1)).all():
                return f"{k}: {actual[k]}, expected {ys}"
    if form == "h5":
        return None  # models that were read from such a file do not know all that names were made of
    e, a = arrays_of(here / "expected.keras"), arrays_of(here / "argali.keras")
    if e.keys() != a.keys():
        return f"datasets only of Keras {sorted(e.keys() - a.keys())[:5]}, only of ours {sorted(a.keys() - e.keys())[:5]}"
    for k in e:
        y, z = np.asarray(e[k]), np.asarray(a[k])
        if y.shape != z.shape or y.dtype != z.dtype:
            return f"{k}: {z.dtype} {z.shape}, expected {y.dtype} {y.shape}"
        y, z = y.astype("float64"), z.astype("float64")
        # On the whole: of a gradient near zero, optimizers take the sign.
        if y.size and not np.abs(y - z).mean() <= WEIGHTS * max(np.abs(y).mean(), 1e-2):
            return f"{k}: off by {np.abs(y - z).mean():.2g} of {np.abs(y).mean():.2g}"
    return None


def compare(folder: Path) -> bool:
    infos = json.loads((folder / "infos.json").read_text())
    failed = 0
    for info in infos:
        found = problem(folder / info["folder"], info["form"])
        if found:
            failed += 1
            print(f"{info['folder']} {info['form']} {info['layers']}: {found}\n      {info['what'][:900]}")
    print(f"{len(infos)} runs: {failed} failed")
    return not failed


def main() -> None:
    arguments = checking.parser(__doc__)
    arguments.add_argument("--count", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--verbose", action="store_true", help="say what Keras refuses")
    checking.main(
        arguments,
        lambda folder, a: make(folder, a.count, a.seed, a.verbose),
        lambda folder: checking.jobs(folder, "train", "--no-shuffle", "train.tsv"),
        lambda folder, _: compare(folder),
    )


if __name__ == "__main__":
    main()
