"""Trains testdata/models on data that scikit-learn ships: small real models with their test data and Keras' predictions.

Each folder holds model.keras (compiled, with the optimizer's state), test.npz (the inputs, keyed by input name), labels.npz
(y, the true labels) and expected.npz (Keras' predictions); digits_cnn also the samples it was trained on, and those it was
not, for fine-tuning. Prints the score of each.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import keras
import numpy as np
from sklearn import datasets
from sklearn.model_selection import train_test_split

import goldens

L = keras.layers


def save(name: str, model: keras.Model, inputs: dict[str, np.ndarray], y: np.ndarray) -> None:
    folder = HERE / "models" / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.keras"
    model.save(path)
    goldens.normalize_zip(path)
    loaded = keras.saving.load_model(path)
    expected = goldens.predict(loaded, list(inputs.values()))
    goldens.write_npz(folder / "test.npz", inputs)
    goldens.write_npz(folder / "labels.npz", {"y": y})
    goldens.write_npz(folder / "expected.npz", expected)
    p = next(iter(expected.values()))
    score = (f"accuracy {np.mean(p.argmax(-1) == y):.3f}" if p.shape[-1] > 1
             else f"R² {1 - np.sum((p[:, 0] - y) ** 2) / np.sum((y - y.mean()) ** 2):.3f}")
    size = sum(f.stat().st_size for f in folder.iterdir())
    print(f"{name}: {score} on {len(y)} samples, {model.count_params()} weights, {size // 1000} kB")


def digits(rows_as_steps: bool):
    x, y = datasets.load_digits(return_X_y=True)
    x = (x / 16).astype("float32").reshape((-1, 8, 8) if rows_as_steps else (-1, 8, 8, 1))
    return train_test_split(x, y.astype("int32"), test_size=300, random_state=0, stratify=y)


def classifier(model, learning_rate=2e-3):
    model.compile(keras.optimizers.Adam(learning_rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def digits_cnn():
    """Handwritten digits, 8×8 pixels: a convolutional network."""
    x, x_test, y, y_test = digits(rows_as_steps=False)
    model = classifier(keras.Sequential([
        keras.Input((8, 8, 1), name="image"), L.Conv2D(12, 3, padding="same", use_bias=False), L.BatchNormalization(),
        L.ReLU(), L.MaxPooling2D(), L.Conv2D(16, 3, activation="relu"), L.Flatten(), L.Dropout(0.2),
        L.Dense(10, activation="softmax")]))
    model.fit(x, y, epochs=30, batch_size=32, verbose=0)
    save("digits_cnn", model, {"image": x_test}, y_test)
    for name, arrays in {"train": (x, y), "held": (x_test, y_test)}.items():  # as argali train takes them
        goldens.write_npz(HERE / "models" / "digits_cnn" / f"{name}.npz", dict(zip("xy", arrays)))


def digits_lstm():
    """The same digits, read row by row: a bidirectional LSTM."""
    x, x_test, y, y_test = digits(rows_as_steps=True)
    model = classifier(keras.Sequential([
        keras.Input((8, 8), name="rows"), L.Bidirectional(L.LSTM(20)), L.Dense(10, activation="softmax")]), 5e-3)
    model.fit(x, y, epochs=40, batch_size=32, verbose=0)
    save("digits_lstm", model, {"rows": x_test}, y_test)


def wine():
    """Which of three growers a wine is from: measurements, and a category in words, encoded inside the model."""
    x, y = datasets.load_wine(return_X_y=True)
    alcohol = x[:, 0]
    strength = np.where(alcohol < 12.5, "light", np.where(alcohol < 13.3, "medium", "strong"))[:, None]
    x = x[:, 1:].astype("float32")
    x, x_test, s, s_test, y, y_test = train_test_split(x, strength, y.astype("int32"), test_size=60, random_state=0,
                                                       stratify=y)
    norm, lookup = L.Normalization(), L.StringLookup(output_mode="one_hot")
    norm.adapt(x)
    lookup.adapt(s)
    measured = keras.Input((12,), name="measured")
    words = keras.Input((1,), dtype="string", name="strength")
    h = L.Dense(16, activation="relu")(L.Concatenate()([norm(measured), lookup(words)]))
    model = classifier(keras.Model({"measured": measured, "strength": words}, L.Dense(3, activation="softmax")(h)), 1e-2)
    import tensorflow as tf

    model.fit({"measured": x, "strength": tf.constant(s)}, y, epochs=40, batch_size=16, verbose=0)
    save("wine", model, {"measured": x_test, "strength": s_test.astype(np.str_)}, y_test)


def diabetes():
    """How far diabetes progresses within a year: a regression, with Normalization inside the model."""
    x, y = datasets.load_diabetes(return_X_y=True, scaled=False)
    x, x_test, y, y_test = train_test_split(x.astype("float32"), y.astype("float32"), test_size=100, random_state=0)
    norm = L.Normalization()
    norm.adapt(x)
    model = keras.Sequential([keras.Input((10,), name="patient"), norm, L.Dense(16, activation="gelu"), L.Dropout(0.1),
                              L.Dense(1), L.Rescaling(100.0, 150.0)])
    model.compile(keras.optimizers.Adam(3e-3), "mse", metrics=["mae"])
    model.fit(x, y, epochs=60, batch_size=32, verbose=0)
    save("diabetes", model, {"patient": x_test}, y_test)


def sentences():
    """From which data set's description a sentence is: text, tokens, embedding, GRU in one model."""
    import re
    import sklearn.datasets as sd

    descriptions = Path(sd.__file__).parent / "descr"
    names = ["breast_cancer", "diabetes", "wine_data", "iris", "california_housing", "digits", "linnerud"]
    names = [n for n in names if (descriptions / f"{n}.rst").exists()]
    lines, y = [], []
    for label, name in enumerate(names):
        text = re.sub(r"\s+", " ", (descriptions / f"{name}.rst").read_text())
        words = text.split(" ")
        for i in range(0, len(words) - 12, 3):  # overlapping windows of twelve words
            lines.append(" ".join(words[i:i + 12]))
            y.append(label)
    x = np.array(lines)[:, None]
    x, x_test, y, y_test = train_test_split(x, np.array(y, "int32"), test_size=200, random_state=0, stratify=y)
    vectorize = L.TextVectorization(max_tokens=600, output_sequence_length=14)
    vectorize.adapt(x)
    model = classifier(keras.Sequential([
        keras.Input((1,), dtype="string", name="text"), vectorize, L.Embedding(600, 12, mask_zero=True), L.GRU(16),
        L.Dense(len(names), activation="softmax")]), 5e-3)
    import tensorflow as tf

    model.fit(tf.constant(x), y, epochs=15, batch_size=32, verbose=0)
    save("sentences", model, {"text": x_test.astype(np.str_)}, y_test)


if __name__ == "__main__":
    for train in (digits_cnn, digits_lstm, wine, diabetes, sentences):
        keras.utils.clear_session()
        keras.utils.set_random_seed(1)
        train()
