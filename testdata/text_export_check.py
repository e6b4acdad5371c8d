"""Exports text models whose lengths the batch decides to SavedModels, and compares TensorFlow's, and Argali's own, predictions with Keras'.

    text_export_check.py                       makes 60 models, each with random options of TextVectorization and layers behind it
    text_export_check.py --count 20 --seed 7   others
    text_export_check.py --make DIR            only makes the models, their batches, and DIR/convert.tsv and DIR/predict.tsv
    text_export_check.py --compare DIR         only compares what stands in DIR

The batches have other sizes and lengths than any that an export was traced at: one row, many, empty texts, nothing but empty texts. A batch that
Keras refuses is left out.
"""

import sys
from pathlib import Path

import checking  # first: sets what Keras runs on
import numpy as np

from export_check import difference, run_savedmodel

WORDS = ["the", "The", "cat", "sat", "on", "a", "mat,", "dog!", "(runs)", "été", "東京", "x-y", "don't", "zzz", "Über"]
VOCABULARY = ["the", "cat", "sat", "on", "a", "mat", "dog", "runs", "été", "the cat", "cat sat", "t", "h", "e", "t h", "h e", "on a mat"]
TOLERANCE = 1e-5


class Draw:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, options):
        return options[int(self.rng.integers(len(options)))]

    def text(self, longest: int) -> str:
        return self.pick([" ", "  "]).join(self.pick(WORDS) for _ in range(int(self.rng.integers(longest + 1))))

    def batches(self) -> list[list[str]]:
        text = self.text
        return [[text(12) + " cat"], [text(9) for _ in range(7)], ["", text(3) + " the mat", ""], ["", ""], [text(40) for _ in range(3)], ["a", "b"]]

    def vectorization(self):
        from keras import layers

        mode = self.pick(["int", "int", "int", "multi_hot", "count", "tf_idf"])
        options = dict(
            vocabulary=VOCABULARY, output_mode=mode, ngrams=self.pick([None, None, 2, 3, (2,), (1, 3)]), split=self.pick(["whitespace", "character"]),
            standardize=self.pick([None, "lower", "strip_punctuation", "lower_and_strip_punctuation"]))
        if mode == "int":
            options["output_sequence_length"] = self.pick([None, None, None, 1, 6])
        else:
            options["max_tokens"] = self.pick([None, 30])
            options["pad_to_max_tokens"] = options["max_tokens"] is not None and self.pick([True, False])
        if mode == "tf_idf":
            options["idf_weights"] = [round(0.2 + 0.1 * i, 1) for i in range(len(VOCABULARY))]
        return layers.TextVectorization(**options)

    def behind(self, x, mode: str):
        from keras import layers as L

        if mode != "int":
            return self.pick([lambda: x, lambda: L.Dense(3)(L.Rescaling(1.0)(x))])()
        if self.rng.random() < 0.25:
            return x
        y = L.Embedding(len(VOCABULARY) + 2, 4, mask_zero=self.pick([True, False]))(x)
        y = self.pick([
            lambda: y,
            lambda: L.LSTM(3)(y),
            lambda: L.Bidirectional(L.GRU(3, return_sequences=True))(y),
            lambda: L.Conv1D(3, 3, padding="same", activation="relu")(y),
            lambda: L.Conv1D(3, 2, padding="causal", dilation_rate=2)(y),
            lambda: L.Conv1D(3, 2, strides=2)(y),
            lambda: L.MultiHeadAttention(2, 3)(y, y),
            lambda: L.SimpleRNN(3, go_backwards=True, return_sequences=True)(y),
        ])()
        if len(y.shape) == 3:
            y = self.pick([L.GlobalAveragePooling1D(), L.GlobalMaxPooling1D(), L.TimeDistributed(L.Dense(2)), lambda z: z])(y)
        return L.Dense(2, "sigmoid")(y)

    def model(self):
        import keras

        shape = self.pick([(), (1,)])
        text = keras.Input(shape, dtype="string", name="text")
        layer = self.vectorization()
        outputs = [self.behind(layer(text), layer._output_mode)]
        if self.rng.random() < 0.3:  # two lengths in one model
            layer = self.vectorization()
            outputs.append(self.behind(layer(text), layer._output_mode))
        return keras.Model(text, outputs), shape


def make(folder: Path, args) -> None:
    import keras
    import tensorflow as tf

    folder.mkdir(parents=True, exist_ok=True)
    convert, predict = [], []
    for i in range(args.count):
        keras.utils.set_random_seed(1000 * args.seed + i)
        draw = Draw(np.random.default_rng([args.seed, i]))
        model, shape = draw.model()
        case = folder / f"{i:03}"
        case.mkdir()
        model.save(case / "model.keras")
        convert.append(f"{case}/model.keras\t{case}/model.savedmodel")
        for k, batch in enumerate(draw.batches()):
            texts = np.array(batch).reshape(-1, *shape)
            try:
                ys = model(tf.constant(texts.tolist()))
            except (tf.errors.InvalidArgumentError, ValueError):
                continue
            names = [name for name in dict.fromkeys(unique(model.output_names))]
            np.savez(case / f"in_{k}.npz", text=texts)
            np.savez(case / f"out_{k}.npz", **{n: y.numpy() for n, y in zip(names, ys if isinstance(ys, list) else [ys], strict=True)})
            predict.append(f"{case}/model.savedmodel\t{case}/in_{k}.npz\t{case}/own_{k}.npz")
    (folder / "convert.tsv").write_text("\n".join(convert) + "\n")
    (folder / "predict.tsv").write_text("\n".join(predict) + "\n")


def unique(names: list[str]) -> list[str]:
    return [f"{n}_{names[:i].count(n)}" if n in names[:i] else n for i, n in enumerate(names)]


def run(folder: Path) -> None:
    checking.jobs(folder, "convert", "convert.tsv")
    checking.jobs(folder, "predict", "predict.tsv")


def compare(folder: Path, args) -> bool:
    passed, problems = 0, []
    for batch in sorted(folder.glob("*/in_*.npz")):
        case, k = batch.parent, batch.stem[3:]
        inputs, expected = dict(np.load(batch)), dict(np.load(case / f"out_{k}.npz"))
        found = {}
        try:
            found["TensorFlow"] = run_savedmodel(case / "model.savedmodel", inputs, list(expected))
            own = dict(np.load(case / f"own_{k}.npz"))
            found["Argali"] = [own[n] for n in expected]
        except Exception as e:
            problems.append(f"{case.name} batch {k}: {type(e).__name__}: {' '.join(str(e).split())}"[:300])
        for who, got in found.items():
            bad = [f"{n}: {d}" for (n, e), g in zip(expected.items(), got, strict=True) if isinstance(d := difference(e, g, TOLERANCE), str)]
            problems += [f"{case.name} batch {k} by {who}: {'; '.join(bad)}"] if bad else []
            passed += not bad
    print("\n".join(problems))
    print(f"{passed} predictions equal, {len(problems)} problems")
    return not problems


def main() -> None:
    arguments = checking.parser(__doc__)
    arguments.add_argument("--count", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    checking.main(arguments, make, run, compare)


if __name__ == "__main__":
    main()
