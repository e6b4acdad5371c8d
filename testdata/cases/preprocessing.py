"""Preprocessing layers: numbers, images, categories, text, audio."""

import keras
import numpy as np

from goldens import In, case, ints, layer, product, text, words

L = keras.layers
LAST_FIRST = ["channels_last", "channels_first"]
ANIMALS = ["argali", "ibex", "markhor", "tur"]
SEEN = words([*ANIMALS, "unknown", "goat", ""], 6)
ONE = words([*ANIMALS, "unknown", "goat"], 1)

# ------------------------------------------------------------------------------------------------------------- numbers

layer("Rescaling", product(scale=[1 / 255, 2.0], offset=[0.0, -1.0]), In((2, 3), kind="image"))
layer("Rescaling", [{"scale": [1.0, 2.0, 3.0], "offset": [0.0, 1.0, -1.0]}], In((2, 3)), name="per_channel")
layer("Rescaling", [{"scale": 0.5}], In((2, 3), "uint8", "ints", 256), name="uint8")

MEAN, VARIANCE = [0.5, -1.0, 2.0], [0.3, 1.5, 4.0]
layer("Normalization", product(invert=[False, True]), In((4, 3)), mean=MEAN, variance=VARIANCE)
layer("Normalization", product(invert=[False, True]), In((4, 3)), mean=0.3, variance=2.0, axis=None, name="scalar")
layer("Normalization", product(axis=[(1, 2)]), In((2, 3)), mean=np.arange(6.).reshape(2, 3).tolist(),
      variance=(1 + np.arange(6.)).reshape(2, 3).tolist(), name="two_axes")


def adapted(axis, invert=False):
    def build():
        norm = L.Normalization(axis=axis, invert=invert)
        norm.adapt(np.random.default_rng(4).normal(2, 3, (20, 2, 3)).astype("float32"))
        return keras.Model(x := keras.Input((2, 3)), norm(x))
    return build


for axis in (-1, 1, None, (1, 2)):
    for invert in (False, True):
        case("normalization", f"adapt_{text(axis)}{'_invert' if invert else ''}",
             adapted(axis, invert))

BINS = [-1.0, 0.0, 0.5]
layer("Discretization", product(output_mode=["int", "one_hot", "multi_hot", "count"]), In((6,)), bin_boundaries=BINS)
layer("Discretization", product(output_mode=["int", "one_hot"]), In((1,)), bin_boundaries=BINS, name="column")
layer("Discretization", [{}], ints(10, 4), bin_boundaries=[2.0, 5.0, 5.5], name="of_integers")


def discretization():
    bins = L.Discretization(num_bins=4)
    bins.adapt(np.random.default_rng(4).normal(size=(50, 3)).astype("float32"))
    return keras.Model(x := keras.Input((3,)), bins(x))


case("discretization", "adapt", discretization)

# -------------------------------------------------------------------------------------------------------------- images

IMAGE = In((5, 7, 3), kind="image")
layer(
    lambda name, size, **o: L.Resizing(*size, name=name, **o),
    product(interpolation=["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"],
            size=[(3, 4), (10, 9), (5, 7), (4, 14)], antialias=[False, True], data_format=LAST_FIRST),
    IMAGE, group="resizing", sample=48)
layer(lambda name, size, how, **o: L.Resizing(*size, name=name, **{how: True}, **o),
      product(how=["crop_to_aspect_ratio", "pad_to_aspect_ratio"], size=[(4, 4), (8, 6), (3, 9)],
              interpolation=["nearest", "bilinear"], fill_value=[0.0, 3.0], data_format=LAST_FIRST),
      IMAGE, group="resizing", name="aspect_ratio", sample=32)
layer(lambda name, size, **o: L.CenterCrop(*size, name=name, **o),
      product(size=[(3, 3), (4, 5), (5, 7), (2, 6), (8, 9)], data_format=LAST_FIRST), IMAGE, group="center_crop")
layer(lambda name: L.Pipeline([L.Rescaling(1 / 255), L.CenterCrop(3, 3)], name=name), [{}], IMAGE, group="pipeline")

# Without RandomShear, which Keras 3.15.1 cannot load back.
for kind, options in (
    ("RandomBrightness", {"factor": 0.2}), ("RandomContrast", {"factor": 0.2}), ("RandomFlip", {}),
    ("RandomRotation", {"factor": 0.2}), ("RandomTranslation", {"height_factor": 0.2, "width_factor": 0.2}),
    ("RandomZoom", {"height_factor": 0.2}), ("RandomCrop", {"height": 3, "width": 4}),
    ("RandomGrayscale", {}), ("RandomHue", {"factor": 0.2}), ("RandomSaturation", {"factor": 0.2}),
    ("RandomSharpness", {"factor": 0.2}), ("RandomInvert", {}),
    ("RandomPosterization", {"factor": 4}), ("RandomColorJitter", {"brightness_factor": 0.2}),
    ("RandomColorDegeneration", {"factor": 0.2}), ("RandomErasing", {}), ("RandomGaussianBlur", {}),
    ("RandomPerspective", {}), ("RandomElasticTransform", {}), ("Solarization", {}), ("AutoContrast", {}),
    ("RandAugment", {}), ("AugMix", {}), ("CutMix", {}), ("MixUp", {}),
):
    layer(kind, [options], IMAGE, group="augmentation", name=kind)

# ---------------------------------------------------------------------------------------------------------- categories

layer("CategoryEncoding", product(output_mode=["one_hot", "multi_hot", "count"]), ints(5, 1), num_tokens=5, name="column")
layer("CategoryEncoding", product(output_mode=["multi_hot", "count"]), ints(5, 4), num_tokens=5, name="bag")
layer("CategoryEncoding", [{"output_mode": "one_hot"}], ints(5, 4), num_tokens=5, name="sequence")
layer("CategoryEncoding", [{}], [ints(5, 4), In((4,), name="weights")], num_tokens=5, output_mode="count",
      name="weighted", call=lambda c, xs: c(xs[0], count_weights=xs[1]))

layer("Hashing", product(num_bins=[3, 64], salt=[None, 5, [7, 11]], mask_value=[None, ""],
                         output_mode=["int", "multi_hot"]), SEEN, name="strings",
      skip=lambda output_mode, num_bins, **o: output_mode == "multi_hot" and num_bins == 64)
layer("Hashing", product(num_bins=[3, 64], salt=[None, 5], mask_value=[None, 2]), ints(20, 6), name="integers")
layer("Hashing", product(output_mode=["one_hot", "count"]), ONE, num_bins=4, name="encoded")
layer("HashedCrossing", product(num_bins=[4, 50], output_mode=["int", "one_hot"]), [ONE, ints(9, 1)],
      call=lambda c, xs: c(tuple(xs)), name="string_and_integer")
layer("HashedCrossing", product(num_bins=[50]), [ints(9, 1), In((1,), "int64", "ints", 4)],
      call=lambda c, xs: c(tuple(xs)), name="integers")

ENCODED = ["int", "one_hot", "multi_hot", "count"]
layer("StringLookup", product(num_oov_indices=[0, 1, 2], mask_token=[None, ""], output_mode=["int"]),
      words(ANIMALS, 6), vocabulary=ANIMALS, name="int")
layer("StringLookup", product(num_oov_indices=[1, 3], mask_token=[None, ""], output_mode=["int", "multi_hot", "count"]),
      SEEN, vocabulary=ANIMALS, name="with_unknown")
layer("StringLookup", product(output_mode=["one_hot", "multi_hot", "count"], max_tokens=[None, 9],
                              pad_to_max_tokens=[False, True]), ONE, vocabulary=ANIMALS, name="encoded",
      skip=lambda max_tokens, pad_to_max_tokens, **o: pad_to_max_tokens != (max_tokens is not None))
layer("StringLookup", [{"num_oov_indices": 1}, {"num_oov_indices": 2}], SEEN, vocabulary=ANIMALS, output_mode="tf_idf",
      idf_weights=[0.5, 1.5, 2.0, 0.1], name="tf_idf")
layer("StringLookup", product(mask_token=[None, ""], oov_token=["[UNK]", "?"]), ints(5, 6), vocabulary=ANIMALS,
      invert=True, name="invert")
layer("StringLookup", [{}], words(["été", "naïve", "日本", "x"], 5), vocabulary=["été", "日本"], name="unicode")
NUMBERS = [12, 36, 1138, 42]
FEW = In((6,), "int64", "ints", 50)
layer("IntegerLookup", product(num_oov_indices=[1, 2], mask_token=[None, 0], output_mode=["int", "multi_hot", "count"]),
      FEW, vocabulary=NUMBERS)
layer("IntegerLookup", product(output_mode=["one_hot"]), In((1,), "int64", "ints", 50), vocabulary=NUMBERS, name="one_hot")
layer("IntegerLookup", product(mask_token=[None, 0]), ints(5, 6), vocabulary=NUMBERS, invert=True, name="invert")
layer("IntegerLookup", [{}], FEW, vocabulary=NUMBERS,
      num_oov_indices=3, name="three_unknown")


def adapt(make, data, inputs):
    def build():
        lookup = make()
        lookup.adapt(data)
        return keras.Model(x := inputs.tensor(), lookup(x))
    return build


WORDS_SEEN = np.array([["ibex"], ["ibex"], ["argali"], ["tur"], ["argali"], ["argali"]])
for mode in ("int", "multi_hot", "count", "tf_idf"):
    case("string_lookup", f"adapt_{mode}", adapt(lambda m=mode: L.StringLookup(output_mode=m), WORDS_SEEN, SEEN), [SEEN])
case("string_lookup", "adapt_max_tokens", adapt(
    lambda: L.StringLookup(max_tokens=3, mask_token="", num_oov_indices=1), WORDS_SEEN, SEEN), [SEEN])
case("integer_lookup", "adapt", adapt(L.IntegerLookup, np.array([[3], [3], [40], [7], [7], [7]]), FEW), [FEW])
case("integer_lookup", "adapt_mask", adapt(
    lambda: L.IntegerLookup(mask_token=0, num_oov_indices=2), np.array([[3], [3], [40], [0], [7]]), FEW), [FEW])

# ---------------------------------------------------------------------------------------------------------------- text

SENTENCES = ["The argali, a wild sheep!", "a goat; a SHEEP - and the   argali", "Horns: curled, heavy.", "",
             "wild wild west?", "naïve café"]
TEXT = words(SENTENCES, 1)
FLAT = words(SENTENCES)
VOCABULARY = ["the", "argali", "a", "wild", "sheep", "and", "horns", "wild sheep"]
layer("TextVectorization", product(standardize=[None, "lower", "strip_punctuation", "lower_and_strip_punctuation"],
                                   split=[None, "whitespace", "character"], ngrams=[None, 2]), TEXT,
      vocabulary=[*VOCABULARY, "h", "e", "argali,", "The"], per_model=8)
layer("TextVectorization", product(output_mode=["multi_hot", "count"], ngrams=[None, 2, (1, 3)],
                                   pad_to_max_tokens=[False, True]), TEXT, vocabulary=VOCABULARY, max_tokens=14,
      name="bags")
layer("TextVectorization", [{"ngrams": n} for n in (None, 2)], TEXT, vocabulary=VOCABULARY, output_mode="tf_idf",
      idf_weights=[0.1 * (i + 1) for i in range(len(VOCABULARY))], name="tf_idf")
layer("TextVectorization", product(output_sequence_length=[None, 3, 9], ngrams=[None, 2]), TEXT, vocabulary=VOCABULARY,
      name="length")
layer("TextVectorization", product(output_mode=["int", "multi_hot"]), FLAT, vocabulary=VOCABULARY, name="scalar_strings")
for mode in ("int", "multi_hot", "count", "tf_idf"):
    case("text_vectorization", f"adapt_{mode}", adapt(
        lambda m=mode: L.TextVectorization(output_mode=m, max_tokens=12), np.array(SENTENCES), TEXT), [TEXT])


def sentiment():
    vectorize = L.TextVectorization(max_tokens=20, output_sequence_length=6)
    vectorize.adapt(np.array(SENTENCES))
    return keras.Sequential([keras.Input((1,), dtype="string", name="text"), vectorize, L.Embedding(20, 4, mask_zero=True),
                             L.GRU(3), L.Dense(1, activation="sigmoid")])


case("text_vectorization", "model", sentiment, [TEXT])


def tabular():
    kind, size = keras.Input((1,), dtype="string", name="kind"), keras.Input((1,), name="size")
    age = keras.Input((1,), dtype="int64", name="age")
    x = L.Concatenate()([L.StringLookup(vocabulary=ANIMALS, output_mode="one_hot")(kind),
                         L.Normalization(mean=1.0, variance=2.0)(size),
                         L.CategoryEncoding(6, "one_hot")(L.IntegerLookup(vocabulary=[1, 2, 3, 4])(age))])
    return keras.Model([kind, size, age], L.Dense(2)(x))


case("string_lookup", "tabular", tabular, [ONE, In((1,)), In((1,), "int64", "ints", 7)])

# --------------------------------------------------------------------------------------------------------------- audio

SOUND = In((40,))
layer("STFTSpectrogram", product(mode=["log", "magnitude", "psd", "real", "imag", "angle", "stft"],
                                 padding=["valid", "same"], scaling=["density", "spectrum", None],
                                 window=["hann", "hamming", None], frame_step=[None, 3], expand_dims=[False, True],
                                 periodic=[False, True]),
      In((40, 1)), frame_length=8, fft_length=16, sample=32)
layer("MelSpectrogram", product(power_to_db=[True, False], mag_exp=[1.0, 2.0], window=["hann", "hamming"]), SOUND,
      fft_length=16, sequence_stride=4, sequence_length=12, num_mel_bins=6, sampling_rate=1000, min_freq=20.0)
