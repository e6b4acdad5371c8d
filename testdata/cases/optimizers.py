"""Optimizers and learning rate schedules: what real ones do with given gradients. See golden-training/README.md."""

import json
import math
import zipfile
from pathlib import Path

import keras
import numpy as np
from keras import optimizers as O
from keras.optimizers import schedules as S

from goldens import normalize_zip, product, sampled, snake, text, training_case, write_npz

BEFORE, STEPS = 5, 6  # steps that make the state no fresh one, and steps that are compared
SHAPES = {"dense/bias": (3,), "dense/kernel": (4, 3), "wide/kernel": (2, 5), "conv/kernel": (1, 2, 2, 2), "embedding/embeddings": (5, 2)}


def variables(constraints: dict, dtype: str, rng: np.random.Generator) -> list[keras.Variable]:
    made = []
    for path, shape in SHAPES.items():
        scope, name = path.split("/")
        with keras.name_scope(scope, caller=scope):
            v = keras.Variable(rng.normal(size=shape).astype("float32"), dtype=dtype, name=name)
        v._path = path
        v.constraint = constraints.get(path)
        made.append(v)
    return made


def gradients(rng: np.random.Generator, dtype: str, bad: bool) -> list:
    grads = [rng.normal(size=s) * rng.choice([0.01, 1, 3]) for s in SHAPES.values()]
    grads[-1][rng.integers(0, 5, 2)] = 0  # rows of an embedding that no input asked for
    if bad:
        grads[1][2, 1] = np.inf
    return [keras.ops.convert_to_tensor(g, dtype) for g in grads]


def flat(tensors) -> np.ndarray:
    return np.concatenate([keras.ops.convert_to_numpy(keras.ops.cast(t, "float64")).ravel() for t in tensors])


def optimizer_case(name: str, make, constraints: dict | None = None, exclude: list[str] | None = None, dtype: str = "float32",
                   bad: tuple = (), missing: tuple = (), scale: float = 1) -> None:
    """bad: steps whose gradients are not all finite. missing: weights without gradients."""

    def produce(folder: Path, seed: int) -> None:
        rng = np.random.default_rng(seed)
        o = make()
        vs = variables(constraints or {}, dtype, rng)
        if exclude:
            o.exclude_from_weight_decay(var_names=exclude)
        o.build(vs)
        fresh = flat(o.variables)
        first = flat(vs)
        used, weights, states = [], [], []
        for step in range(-BEFORE, STEPS):
            if step == 0:
                weights.append(flat(vs))
                states.append(flat(o.variables))
            grads = [g * scale for g in gradients(rng, dtype, step in bad)]
            given = [None if p in missing else g for p, g in zip(SHAPES, grads)]
            o.apply(given, vs)
            if step >= 0:
                used.append(flat(grads))
                weights.append(flat(vs))
                states.append(flat(o.variables))
        o.finalize_variable_values(vs)
        # Halves are exact in float32, and so is what counts steps.
        arrays = {"fresh": fresh, "first": first, "gradients": np.stack(used), "variables": np.stack(weights), "state": np.stack(states), "final": flat(vs)}
        write_npz(folder / "steps.npz", {k: a if dtype == "float64" else a.astype("float32") for k, a in arrays.items()})
        config = {
            "optimizer": keras.optimizers.serialize(o),
            "exclude_from_weight_decay": exclude or [],
            "variables": [{"path": v.path, "shape": list(v.shape), "dtype": v.dtype, "missing": v.path in missing,
                           "constraint": keras.constraints.serialize(v.constraint) if v.constraint else None} for v in vs],
            "state": [{"name": v.name, "shape": list(v.shape), "dtype": v.dtype} for v in o.variables]}
        (folder / "optimizer.json").write_text(json.dumps(config) + "\n")

    training_case("optimizers", name, produce)


# Every optimizer with its own options; the rates are large, so that each step shows.
OWN = {
    "SGD": product(learning_rate=[0.05], momentum=[0.0, 0.9], nesterov=[False, True]),
    "RMSprop": product(learning_rate=[0.05], rho=[0.9, 0.7], momentum=[0.0, 0.8], epsilon=[1e-7, 1e-2], centered=[False, True]),
    "Adam": product(learning_rate=[0.05], beta_1=[0.9, 0.5], beta_2=[0.999, 0.9], epsilon=[1e-7, 1e-2], amsgrad=[False, True]),
    "AdamW": product(learning_rate=[0.05], weight_decay=[0.004, 0.1], beta_1=[0.9, 0.5], amsgrad=[False, True]),
    "Adamax": product(learning_rate=[0.05], beta_1=[0.9, 0.5], beta_2=[0.999, 0.9], epsilon=[1e-7, 1e-2]),
    "Nadam": product(learning_rate=[0.05], beta_1=[0.9, 0.5], beta_2=[0.999, 0.9], epsilon=[1e-7, 1e-2]),
    "Adagrad": product(learning_rate=[0.1], initial_accumulator_value=[0.1, 0.0], epsilon=[1e-7, 1e-2]),
    "Adadelta": product(learning_rate=[1.0], rho=[0.95, 0.5], epsilon=[1e-7, 1e-2]),
    "Adafactor": product(learning_rate=[0.05, 0.9], beta_2_decay=[-0.8, -0.5], epsilon_1=[1e-30, 1e-3], epsilon_2=[1e-3, 10.0],
                         clip_threshold=[1.0, 0.3], relative_step=[True, False]),
    "Ftrl": product(learning_rate=[0.1], learning_rate_power=[-0.5, -0.7, 0.0], initial_accumulator_value=[0.1, 0.0],
                    l1_regularization_strength=[0.0, 0.5], l2_regularization_strength=[0.0, 0.3],
                    l2_shrinkage_regularization_strength=[0.0, 0.2], beta=[0.0, 0.4]),
    "Lamb": product(learning_rate=[0.05], beta_1=[0.9, 0.5], beta_2=[0.999, 0.9], epsilon=[1e-7, 1e-2]),
    "Lion": product(learning_rate=[0.05], beta_1=[0.9, 0.5], beta_2=[0.99, 0.7]),
    "ScheduleFreeAdamW": product(learning_rate=[0.05], beta_1=[0.9, 0.5], beta_2=[0.999, 0.9], epsilon=[1e-8, 1e-2], warmup_steps=[0, 8]),
    "Muon": product(learning_rate=[0.05], exclude_layers=[None, ["wide", "^dense"]], exclude_embeddings=[True, False], momentum=[0.95, 0.5],
                    ns_steps=[5, 2], nesterov=[True, False], rms_rate=[0.2, None], adam_lr_ratio=[1, 0.3],
                    weight_decay=[0.004, None, 0.1], adam_weight_decay=[0.004, None], adam_beta_1=[0.9, 0.6], adam_beta_2=[0.999, 0.9]),
}
OWN_SAMPLES = {"Adafactor": 10, "Ftrl": 12, "Muon": 14, "Adam": 8, "RMSprop": 8, "ScheduleFreeAdamW": 8, "Lamb": 4, "Adamax": 4, "Nadam": 6}

# What all have in common.
COMMON = [
    {"weight_decay": 0.1},
    {"clipnorm": 0.5},
    {"global_clipnorm": 1.0},
    {"clipvalue": 0.3},
    {"use_ema": True, "ema_momentum": 0.7},
    {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 3},
    {"loss_scale_factor": 8.0},
    {"gradient_accumulation_steps": 2},
    {"gradient_accumulation_steps": 3, "use_ema": True, "ema_momentum": 0.6, "ema_overwrite_frequency": 2, "weight_decay": 0.05, "clipnorm": 0.5},
    {"learning_rate": "schedule", "weight_decay": 0.05},
]


def schedule():
    return S.ExponentialDecay(0.1, 4, 0.5)


def resolved(options: dict) -> dict:
    return {k: schedule() if v == "schedule" else v for k, v in options.items()}


for kind, options in OWN.items():
    make = getattr(O, kind)
    for i, o in enumerate(sampled(options, OWN_SAMPLES.get(kind), kind)):
        optimizer_case(f"{kind.lower()}.own_{i:02d}", lambda make=make, o=o: make(**o))
    rate = options[0]["learning_rate"]
    for common in COMMON:
        o = {"learning_rate": rate, **common}
        label = "_and_".join(k for k in common) if len(common) < 4 else "all"
        optimizer_case(f"{kind.lower()}.{label}", lambda make=make, o=o: make(**resolved(o)))

# The common options against each other, on one optimizer with momentum and one with several rounds of slots.
MIXED = [o for o in product(
    clip=[{}, {"clipnorm": 0.5}, {"global_clipnorm": 1.0}, {"clipvalue": 0.3}, {"clipnorm": 0.0, }],
    decay=[None, 0.1], ema=[None, 1, 2], scale=[None, 4.0], accumulate=[None, 2, 4], rate=[0.05, "schedule"])]
for i, o in enumerate(sampled(MIXED, 24, "mixed")):
    options = {**o["clip"], "learning_rate": o["rate"], "weight_decay": o["decay"], "loss_scale_factor": o["scale"],
               "gradient_accumulation_steps": o["accumulate"], "use_ema": o["ema"] is not None,
               "ema_overwrite_frequency": None if o["ema"] == 1 else o["ema"], "ema_momentum": 0.8}
    optimizer_case(f"mixed.{i:02d}", lambda options=options: O.RMSprop(momentum=0.5, centered=True, **resolved(options)))

C = keras.constraints
CONSTRAINTS = {"dense/kernel": C.MaxNorm(0.9, axis=0), "dense/bias": C.NonNeg(), "wide/kernel": C.UnitNorm(axis=1),
               "conv/kernel": C.MinMaxNorm(0.5, 0.8, 0.7, axis=[0, 1, 2])}
for kind, options in {"SGD": {"momentum": 0.9}, "Adam": {}, "Lion": {"gradient_accumulation_steps": 2}, "Muon": {"use_ema": True, "ema_overwrite_frequency": 2}}.items():
    optimizer_case(f"constraints.{kind.lower()}", lambda kind=kind, options=options: getattr(O, kind)(learning_rate=0.05, **options), CONSTRAINTS)
for exclude in (["bias"], ["kernel"], ["dense", "embeddings"], ["^conv"]):
    for kind in ("AdamW", "SGD", "Muon"):
        optimizer_case(f"exclude_from_weight_decay.{kind.lower()}.{text(exclude)}",
                       lambda kind=kind: getattr(O, kind)(learning_rate=0.05, weight_decay=0.2), exclude=exclude)
for kind in ("SGD", "Adam", "Nadam", "Adafactor"):
    optimizer_case(f"missing_gradients.{kind.lower()}", lambda kind=kind: getattr(O, kind)(
        learning_rate=0.05, weight_decay=0.1, use_ema=True, global_clipnorm=1.0, gradient_accumulation_steps=2),
        CONSTRAINTS, missing=("wide/kernel", "dense/bias"))
for dtype in ("float64", "float16", "bfloat16"):
    for kind, options in {"SGD": {"momentum": 0.9}, "Adam": {"beta_2": 0.9}, "Nadam": {"beta_2": 0.9}, "Lion": {}, "Adafactor": {}, "ScheduleFreeAdamW": {"beta_2": 0.9}}.items():
        optimizer_case(f"{dtype}.{kind.lower()}",
                       lambda kind=kind, options=options: getattr(O, kind)(learning_rate=0.05, weight_decay=0.01, **options), dtype=dtype)

for kind, options in {"SGD": {"momentum": 0.9}, "Adam": {"use_ema": True, "gradient_accumulation_steps": 2}, "RMSprop": {"global_clipnorm": 1.0}}.items():
    for growth in (3, 2000):
        for bad in ((), (1,), (-2, 2, 3)):
            optimizer_case(f"loss_scale.{kind.lower()}.dynamic_growth_steps_{growth}.bad_{text(bad)}",
                           lambda kind=kind, options=options, growth=growth: O.LossScaleOptimizer(
                               getattr(O, kind)(learning_rate=0.05, **options), initial_scale=16.0, dynamic_growth_steps=growth),
                           CONSTRAINTS if kind == "SGD" else None, bad=bad, scale=16.0)


def multi(options: dict, inner: dict) -> O.Optimizer:
    chosen = {pattern: getattr(O, kind)(learning_rate=0.05, **inner.get(kind, {})) for pattern, kind in options.items() if pattern}
    return O.MultiOptimizer(O.OptimizerMap(getattr(O, options[""])(learning_rate=0.05), chosen), loss_scale_factor=inner.get("scale"))


for i, (options, inner) in enumerate([
    ({"": "SGD", ".*bias": "Adam", "kernel": "Lion"}, {}),
    ({"": "Adam", "dense/kernel": "Lion", ".*/kernel": "Muon"}, {"scale": 4.0}),
    ({"": "Adagrad", "dense/.*": "Nadam", "never": "Nadam", "embedding/embeddings": "SGD"}, {"SGD": {"momentum": 0.9}, "Nadam": {"use_ema": True}}),
    ({"": "Lamb", ".*": "Adamax"}, {"Adamax": {"gradient_accumulation_steps": 2, "weight_decay": 0.1}}),
]):
    optimizer_case(f"multi.{i}", lambda options=options, inner=inner: multi(options, inner), CONSTRAINTS if i % 2 else None)
optimizer_case("multi.scaled", lambda: O.LossScaleOptimizer(multi({"": "SGD", ".*bias": "Adam", "kernel": "Lion"}, {}), initial_scale=16.0), bad=(2,), scale=16.0)


# ---------------------------------------------------------------------------------------------------------------- paths


def path_case(name: str, build) -> None:
    """What Keras calls the weights of a model that it loaded: optimizers go by these paths."""

    def produce(folder: Path, seed: int) -> None:
        build().save(folder / "model.keras")
        model = keras.saving.load_model(folder / "model.keras")
        normalize_zip(folder / "model.keras")
        (folder / "paths.json").write_text(json.dumps({"paths": [v.path for v in model.trainable_variables]}) + "\n")

    training_case("paths", name, produce)


def functional():
    L = keras.layers
    i = keras.Input((4,), name="i")
    x = L.Dense(4, name="a")(i)
    x = keras.Sequential([keras.Input((4,)), L.Dense(4, name="b")], name="s")(x)
    k = keras.Input((4,), name="k")
    x = keras.Model(k, keras.Sequential([L.Dense(4, name="c")], name="deep")(k), name="inner")(x)
    x = L.Reshape((2, 2), name="r")(x)
    x = L.MultiHeadAttention(1, 2, name="mha")(x, x)
    x = L.GroupQueryAttention(2, 2, 1, name="gqa")(x, x)
    x = L.SimpleRNN(2, return_sequences=True, name="plain")(x)
    x = L.Bidirectional(L.LSTM(2, return_sequences=True, name="l"), name="bi")(x)
    x = L.RNN(L.StackedRNNCells([L.GRUCell(2, name="g1"), L.LSTMCell(2, name="g2")]), return_sequences=True, name="rnn")(x)
    return keras.Model(i, L.TimeDistributed(L.Dense(2, name="td"), name="t")(x))


path_case("functional", functional)
path_case("sequential", lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="a"), keras.Sequential([keras.layers.Dense(2, name="b")], name="in")]))


# ---------------------------------------------------------------------------------------------------------------- files


def saved_case(name: str, make, legacy: bool = False) -> None:
    """A trained model in both of Keras' files, and its optimizer's variables in order."""

    def produce(folder: Path, seed: int) -> None:
        rng = np.random.default_rng(seed)
        L = keras.layers
        model = keras.Sequential([keras.Input((3,)), L.Dense(2, name="a"), L.BatchNormalization(name="n"), L.Dense(2, name="b", trainable=False), L.Dense(1, name="c")])
        model.compile(make(), "mse")
        model.fit(rng.normal(size=(8, 3)), rng.normal(size=(8, 1)), batch_size=2, verbose=0)
        model.save(folder / "model.keras")
        if legacy:
            model.save(folder / "model.h5")
        normalize_zip(folder / "model.keras", zipfile.ZIP_DEFLATED)
        write_npz(folder / "state.npz", {str(i): v.numpy() for i, v in enumerate(model.optimizer.variables)})

    training_case("saved", name, produce)


saved_case("adam", lambda: O.Adam(amsgrad=True, use_ema=True, gradient_accumulation_steps=2), legacy=True)
saved_case("nadam_schedule", lambda: O.Nadam(schedule()))
saved_case("adafactor", lambda: O.Adafactor())
saved_case("loss_scale", lambda: O.LossScaleOptimizer(O.SGD(momentum=0.9)), legacy=True)
saved_case("multi", lambda: multi({"": "SGD", ".*bias": "Adam", "never": "Lion"}, {}), legacy=True)


# ------------------------------------------------------------------------------------------------------------ schedules

STEP_NUMBERS = [*range(26), 29, 30, 31, 39, 40, 41, 59, 60, 61, 69, 70, 71, 99, 100, 101, 149, 150, 151, 333, 1000, 12345, 10**6]


def schedule_case(kind: str, name: str, options: dict) -> None:
    def produce(folder: Path, seed: int) -> None:
        s = getattr(S, kind)(**options)
        rates = [float(keras.ops.convert_to_numpy(s(keras.ops.convert_to_tensor(n, "int64")))) for n in STEP_NUMBERS]
        (folder / "schedule.json").write_text(json.dumps({"schedule": S.serialize(s)}) + "\n")
        write_npz(folder / "rates.npz", {"iteration": np.array(STEP_NUMBERS, "int64"), "rate": np.array(rates, "float32")})
        assert all(map(math.isfinite, rates)), rates

    training_case("schedules", name, produce)


SCHEDULES = {
    "ExponentialDecay": product(initial_learning_rate=[0.1], decay_steps=[10, 7.5], decay_rate=[0.9, 0.5], staircase=[False, True]),
    "InverseTimeDecay": product(initial_learning_rate=[0.1], decay_steps=[10, 7.5], decay_rate=[0.9, 0.5], staircase=[False, True]),
    "PiecewiseConstantDecay": [{"boundaries": [10], "values": [0.1, 0.01]}, {"boundaries": [5, 20, 100], "values": [0.1, 0.5, 0.01, 0.001]},
                               {"boundaries": [5.5, 20.9], "values": [1.0, 0.5, 0.1]}],
    "PolynomialDecay": product(initial_learning_rate=[0.1], decay_steps=[10, 30], end_learning_rate=[0.0001, 0.02], power=[1.0, 0.5, 2.0], cycle=[False, True]),
    "CosineDecay": [o for o in product(initial_learning_rate=[0.01], decay_steps=[10, 70], alpha=[0.0, 0.2], warmup_target=[None, 0.1], warmup_steps=[0, 20])],
    "CosineDecayRestarts": product(initial_learning_rate=[0.1], first_decay_steps=[10, 30], t_mul=[2.0, 1.0, 1.5, 3.0], m_mul=[1.0, 0.7], alpha=[0.0, 0.2]),
}
for kind, options in SCHEDULES.items():
    for i, o in enumerate(sampled(options, 10, kind)):
        schedule_case(kind, f"{snake(kind)}.{i:02d}", o)
