"""Trains 50 steps in Java and 50 more in Keras: the losses must be those of 100 steps in Keras.

    resume_check.py               makes models, trains with bin/argali, goes on in Keras, compares
    resume_check.py --make DIR    only makes the models, their data and DIR/jobs.tsv, for argali train --no-shuffle --jobs
    resume_check.py --compare DIR only goes on from what was trained in DIR
"""

from pathlib import Path

import checking  # first: sets what Keras runs on
import numpy as np

STEPS, BATCH = 50, 8
TOLERANCE = 1e-4


def optimizers(keras) -> dict:
    o = keras.optimizers
    decay = o.schedules.ExponentialDecay(0.01, 20, 0.9)
    return {
        "momentum": o.SGD(0.01, momentum=0.9),
        "nesterov": o.SGD(0.01, momentum=0.9, nesterov=True, weight_decay=1e-3),
        "adam": o.Adam(1e-3),
        "adam_scheduled": o.Adam(decay, amsgrad=True, clipnorm=1.0),
        "adam_averaged": o.Adam(1e-3, use_ema=True, ema_momentum=0.9),
        "rmsprop": o.RMSprop(1e-3),
        "rmsprop_centered": o.RMSprop(1e-3, momentum=0.5, centered=True),
    }


def network(keras):
    L = keras.layers
    x = keras.Input((6, 6, 2), name="x")
    y = L.BatchNormalization()(L.Conv2D(4, 3, activation="relu")(x))
    y = L.LSTM(5)(L.Reshape((4, 16))(y))
    return keras.Model(x, L.Dense(3, activation="softmax")(y))


def compiled(keras, optimizer):
    keras.utils.set_random_seed(7)
    model = network(keras)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def data():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(STEPS * BATCH, 6, 6, 2)).astype("float32")
    return x, (np.abs(x[:, 2, 2]).argmax(-1) + (x[:, 1, 1, 0] > 0)).astype("int32")


def make(folder: Path) -> None:
    import keras

    x, y = data()
    np.savez(folder / "data.npz", x=x, y=y)
    jobs = []
    for name in optimizers(keras):
        for kind in ("keras", "h5"):
            model = compiled(keras, optimizers(keras)[name])
            model.save(folder / f"{name}.{kind}")
            jobs.append("\t".join(map(str, (folder / f"{name}.{kind}", folder / "data.npz", folder / f"{name}_50.{kind}", 1, BATCH,
                                            folder / f"{name}_{kind}.json"))))
    (folder / "jobs.tsv").write_text("\n".join(jobs) + "\n")


def losses(keras, model, epochs: int) -> np.ndarray:
    """The loss of each step."""
    x, y = data()
    found = []
    for _ in range(epochs):
        for i in range(0, len(x), BATCH):
            found.append(float(np.asarray(model.train_on_batch(x[i:i + BATCH], y[i:i + BATCH])[0])))
            model.reset_metrics()
        model.optimizer.finalize_variable_values(model.trainable_variables)  # as fit does: averages become the weights
    return np.array(found)


def trained(keras, path: Path, optimizer):
    """A model that Keras opens as Java left it. Of an .h5, also of its own, Keras 3 builds an optimizer without variables: that is done here."""
    keras.utils.clear_session()
    if path.suffix == ".keras":
        return keras.models.load_model(path)
    import h5py

    model = keras.models.load_model(path, compile=False)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    optimizer.build(model.trainable_variables)
    with h5py.File(path) as h5:
        group = h5["optimizer_weights"]
        for v, name in zip(optimizer.variables, group.attrs["weight_names"], strict=True):
            v.assign(group[name][()])
    return model


def compare(folder: Path) -> bool:
    import keras

    failed = 0
    for name in optimizers(keras):
        whole = losses(keras, compiled(keras, optimizers(keras)[name]), 2)
        for kind in ("keras", "h5"):
            path = folder / f"{name}_50.{kind}"
            if not path.exists():
                print(f"{name}.{kind}: was not trained")
                failed += 1
                continue
            rest = losses(keras, trained(keras, path, optimizers(keras)[name]), 1)
            off = np.abs(rest - whole[STEPS:]).max()
            failed += not off <= TOLERANCE
            print(f"{name + '.' + kind:<24} loss {whole[0]:.4f} -> {whole[-1]:.4f}, 50 + 50 steps off by {off:.1e}{'' if off <= TOLERANCE else '  FAILED'}")
    print(f"{failed} failed")
    return not failed


def main() -> None:
    checking.main(
        checking.parser(__doc__),
        lambda folder, _: make(folder),
        lambda folder: checking.jobs(folder, "train", "--no-shuffle", "jobs.tsv"),
        lambda folder, _: compare(folder),
    )


if __name__ == "__main__":
    main()
