"""Writes src/test/resources/parabola: the net of Parabola.java with Keras' first weights, 100 points, and the weights after 1,000 epochs of Keras' fit."""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from keras import layers

folder = Path(__file__).parents[1] / "resources" / "parabola"
keras.utils.set_random_seed(1)
x = np.linspace(-1, 1, 100, dtype="float32").reshape(-1, 1)
y = (x**2 + np.random.default_rng(1).normal(0, 0.05, x.shape)).astype("float32")
model = keras.Sequential([keras.Input((1,)), layers.Dense(10), layers.Dense(10), layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse")
model.save(folder / "model.keras")
np.savez(folder / "data.npz", x=x, y=y)
loss = model.fit(x, y, epochs=1000, batch_size=32, shuffle=False, verbose=0).history["loss"]
np.savez(folder / "trained.npz", loss=np.array(loss), predicted=model.predict(x, verbose=0), **{f"w{i}": w for i, w in enumerate(model.get_weights())})
