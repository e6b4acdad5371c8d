"""The same models in each file form that Keras 3 writes."""

import json
import zipfile
from pathlib import Path

import keras

from goldens import In, case, ints, normalize_config, normalize_zip, write_keras

L = keras.layers


def mlp():
    return keras.Sequential([keras.Input((4,), name="x"), L.Dense(5, activation="relu"), L.BatchNormalization(), L.Dense(2)])


def convnet():
    x = keras.Input((6, 6, 2), name="image")
    y = L.BatchNormalization()(L.Conv2D(3, 3, activation="relu")(x))
    return keras.Model(x, L.Dense(3, activation="softmax")(L.Flatten()(L.MaxPooling2D()(y))))


def recurrent():
    x = keras.Input((5, 3), name="x")
    return keras.Model(x, L.GRU(2)(L.Bidirectional(L.LSTM(2, return_sequences=True))(x)))


def nested():
    i = keras.Input((4,))
    inner = keras.Model(i, L.BatchNormalization()(L.Dense(3)(i)), name="inner")
    return keras.Sequential([keras.Input((4,), name="x"), inner, L.Dense(2)])


def attention():
    x = keras.Input((4, 6), name="x")
    return keras.Model(x, L.LayerNormalization()(L.MultiHeadAttention(2, 3)(x, x)))


def compiled():
    m = mlp()
    m.compile(keras.optimizers.Adam(1e-3), "mean_squared_error")
    m.train_on_batch(keras.ops.ones((2, 4)), keras.ops.ones((2, 2)))
    return m


def legacy_h5(model, folder: Path) -> Path:
    path = folder / "model.h5"
    model.save(path)
    return path


def json_and_weights(model, folder: Path) -> Path:
    path = folder / "model.json"
    path.write_text(normalize_config(model.to_json(indent=1)))
    model.save_weights(folder / "model.weights.h5")
    return path


def json_and_shards(model, folder: Path) -> Path:
    path = folder / "model.json"
    path.write_text(normalize_config(model.to_json()))
    model.save_weights(folder / "model.weights.json", max_shard_size=2.5e-7)  # gigabytes: about 250 bytes
    return path


def directory(model, folder: Path) -> Path:
    archive = write_keras(model, folder)
    target = folder / "model"
    with zipfile.ZipFile(archive) as z:
        z.extractall(target)
    archive.unlink()
    return target


def deflated(model, folder: Path) -> Path:
    path = write_keras(model, folder)
    normalize_zip(path, zipfile.ZIP_DEFLATED)
    return path


def zip64(model, folder: Path) -> Path:
    path = write_keras(model, folder)
    normalize_zip(path, zip64=True)
    return path


def without_build_config(model, folder: Path) -> Path:
    """As written by early Keras 3: no build_config, no name attribute on the variables."""
    path = write_keras(model, folder)
    with zipfile.ZipFile(path) as z:
        members = {n: z.read(n) for n in z.namelist()}
    config = json.loads(members["config.json"])
    config.pop("build_config", None)
    for layer in config["config"]["layers"]:
        layer.pop("build_config", None)
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as z:
        for name, data in members.items():
            z.writestr(name, data)
    normalize_zip(path)
    return path


for write in (legacy_h5, json_and_weights, json_and_shards, directory, deflated, zip64, without_build_config):
    for build in (mlp, convnet, recurrent, nested, attention, compiled):
        case("formats", f"{write.__name__}_{build.__name__}", build, write=write)


def wrapped():
    """A weight that is stored twice, and a layer whose Python class has another name."""
    x = keras.Input((6, 6, 2), name="image")
    y = L.Reshape((16, 4))(L.SpectralNormalization(L.Conv2D(4, 3))(x))
    return keras.Model(x, L.GroupQueryAttention(2, 4, 2)(y, y))


case("formats", "legacy_h5_wrapped", wrapped, write=legacy_h5)


def adapted():
    """Adapters (LoRA) in every layer that takes them. Their weights stand in .h5 files, and in what they adapt in .keras files."""
    image, tokens = keras.Input((4, 5, 4, 2), name="image"), keras.Input((6,), dtype="int32", name="tokens")
    conv = L.Conv3D(4, 2, name="conv3d")
    einsum = L.EinsumDense("abc,cd->abd", output_shape=(None, 3), bias_axes="d", name="einsum")
    embedding, dense = L.Embedding(7, 4, name="words"), L.Dense(3, activation="tanh", name="dense")
    plane, line = L.Conv2D(3, 2, name="conv2d"), L.Conv1D(3, 2, name="conv1d")
    x = conv(image)
    y = einsum(embedding(tokens))
    model = keras.Model([image, tokens], [dense(x), plane(L.Reshape((12, 4, 3))(x)), line(y)])
    for layer in (conv, einsum, embedding, plane, line, dense):
        layer.enable_lora(2)
    return model


for write in (write_keras, legacy_h5):
    case("formats", f"{write.__name__}_adapted", adapted, inputs=[In((4, 5, 4, 2)), ints(7, 6)], write=write)
