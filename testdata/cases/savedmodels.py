"""SavedModels: by Keras 3, by Keras 2 (tf_keras), by TensorFlow 2 and by TensorFlow 1."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
import tf_keras

from goldens import file_case, randomize, to_numpy, write_npz

L, L2 = keras.layers, tf_keras.layers
WORDS = ["the", "cat", "sat", "dog"]


def expect(folder: Path, signature: str, batches: list[dict]) -> None:
    """What TensorFlow predicts, one batch after the other."""
    function = tf.saved_model.load(str(folder / "model")).signatures[signature]
    types = function.structured_input_signature[1]
    target = folder / signature
    target.mkdir()
    for i, batch in enumerate(batches):
        suffix = "" if i == 0 else f"_{i + 1}"
        out = function(**{k: tf.constant(v, types[k].dtype) for k, v in batch.items()})
        write_npz(target / f"in{suffix}.npz", {k: as_text(v) if np.asarray(v).dtype.kind in "OU" else np.asarray(v) for k, v in batch.items()})
        write_npz(target / f"out{suffix}.npz", {k: to_numpy(out[k]) for k in sorted(out)})


def as_text(strings) -> np.ndarray:
    """Bytes as Argali has them: what is no UTF-8 becomes lone surrogates."""
    return np.array([s.decode("utf8", "surrogateescape") if isinstance(s, bytes) else s for s in strings], "U")


def normal(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def keras3(name: str, build: Callable, data: Callable) -> None:
    def produce(folder: Path, seed: int) -> None:
        model = build()
        randomize(model, seed)
        model.export(folder / "model", verbose=False)
        expect(folder, "serving_default", [data(seed)])

    file_case("savedmodel", name, produce)


def keras2(name: str, build: Callable, shape: tuple, given: np.ndarray | None = None) -> None:
    """Without the functions of each layer, which make such files large, but with a signature."""
    def produce(folder: Path, seed: int) -> None:
        tf_keras.backend.clear_session()
        model = build()
        rng = np.random.default_rng(seed)
        model.set_weights([w + rng.uniform(0, 0.3, w.shape).astype(w.dtype) if w.dtype.kind == "f" else w
                           for w in model.get_weights()])
        serve = tf.function(lambda x: {"y": model(x, training=False)})
        dtype = tf.float32 if given is None else tf.constant(given).dtype
        signature = serve.get_concrete_function(tf.TensorSpec((None, *shape), dtype, name="x"))
        tf_keras.models.save_model(model, str(folder / "model"), save_format="tf", signatures=signature, save_traces=False)
        expect(folder, "serving_default", [{"x": normal(seed, 3, *shape) if given is None else given}])

    file_case("savedmodel", name, produce)


def module(name: str, build: Callable, **signatures: list[dict]) -> None:
    """A tf.Module: its methods of the signatures' names, and the batches for each."""
    def produce(folder: Path, seed: int) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            m = build(Path(scratch))
            functions = {s: getattr(m, s) for s in signatures}
            tf.saved_model.save(m, str(folder / "model"), signatures=functions)
        for signature, batches in signatures.items():
            expect(folder, signature, batches)

    file_case("savedmodel", name, produce)


# Keras 3

def convnet():
    x = keras.Input((8, 8, 2), name="image")
    y = L.BatchNormalization()(L.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x))
    y = L.DepthwiseConv2D(3, padding="same", use_bias=False)(y)
    y = L.Conv2DTranspose(3, 3, strides=2, padding="same")(L.AveragePooling2D(2)(y))
    return keras.Model(x, L.Dense(3, activation="softmax")(L.Flatten()(y)))


def recurrent():
    x = keras.Input((5, 3), name="x")
    y = L.Bidirectional(L.LSTM(3, return_sequences=True))(L.Masking()(x))
    return keras.Model(x, L.SimpleRNN(2)(L.GRU(4, return_sequences=True)(y)))


def attention():
    x, y = keras.Input((4, 6), name="x"), keras.Input((3, 6), name="y")
    z = L.LayerNormalization()(L.MultiHeadAttention(2, 3)(x, y))
    return keras.Model([x, y], {"whole": z, "pooled": L.GlobalAveragePooling1D()(z)})


def text():
    x = keras.Input((1,), dtype="string", name="text")
    v = L.TextVectorization(output_sequence_length=4)
    v.adapt(["the cat sat", "the dog"])
    return keras.Model(x, L.GlobalAveragePooling1D()(L.Embedding(8, 3)(v(x))))


sentences = {"text": np.array([["the cat sat"], ["The dog, the DOG!"], [""]], object)}
keras3("keras3_convnet", convnet, lambda seed: {"image": normal(seed, 3, 8, 8, 2)})
keras3("keras3_recurrent", recurrent, lambda seed: {"x": normal(seed, 3, 5, 3) * [[[1], [1], [0], [1], [0]]]})
keras3("keras3_attention", attention, lambda seed: {"x": normal(seed, 3, 4, 6), "y": normal(seed + 1, 3, 3, 6)})
keras3("keras3_text", text, lambda seed: sentences)


# Keras 2

def keras2_compiled():
    m = tf_keras.Sequential([tf_keras.Input((4,), name="x"), L2.Dense(5, "relu"), L2.BatchNormalization(), L2.Dense(2)])
    m.compile("adam", "mse")
    return m


def keras2_recurrent():
    x = tf_keras.Input((5, 3), name="x")
    y = L2.Bidirectional(L2.LSTM(2, return_sequences=True))(x)
    return tf_keras.Model(x, L2.GRU(2)(y))


def keras2_nested():
    i = tf_keras.Input((4,))
    inner = tf_keras.Model(i, L2.BatchNormalization()(L2.Dense(3)(i)), name="inner")
    return tf_keras.Sequential([tf_keras.Input((4,), name="x"), inner, L2.Dense(2)])


class Subclassed(tf_keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second = L2.Dense(3, "tanh"), L2.Dense(2)

    def call(self, x):
        return self.second(self.first(x))


def subclassed():
    m = Subclassed()
    m(tf.zeros((1, 4)))
    return m


def lookups():
    """Learnt from data: vocabularies are in tables that the graph fills, boundaries follow from a summary."""
    x = tf_keras.Input((1,), dtype="string", name="x")
    words = L2.TextVectorization(output_mode="tf_idf")
    words.adapt(["the cat sat", "the dog"])
    whole = L2.StringLookup(num_oov_indices=2, mask_token="")
    whole.adapt(["a", "b", "a", "the dog"])
    bins = L2.Discretization(num_bins=3)
    bins.adapt(np.linspace(0, 9, 50, dtype="float32"))
    return tf_keras.Model(x, L2.Concatenate()([words(x), L2.Rescaling(1.0)(whole(x)), L2.Rescaling(1.0)(bins(whole(x)))]))


keras2("keras2_compiled", keras2_compiled, (4,))
keras2("keras2_recurrent", keras2_recurrent, (5, 3))
keras2("keras2_nested", keras2_nested, (4,))
keras2("keras2_subclassed", subclassed, (4,))
keras2("keras2_lookups", lookups, (1,), np.array([["the dog"], ["a"], ["The cat, the CAT!"], [""]], object))


# TensorFlow 2

class Control(tf.Module):
    """Branches, loops with and without an end that is known, a counter that each call changes."""

    def __init__(self, scratch):
        self.w = tf.Variable([[1.5, -2.0], [0.5, 1.0]], name="w")
        self.calls = tf.Variable(0.0, trainable=False, name="calls")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def branches(self, x):
        y = tf.cond(tf.reduce_sum(x) > 0, lambda: x @ self.w, lambda: x - 1.0)
        return {"y": tf.switch_case(tf.shape(x)[0] - 1, [lambda: y, lambda: y * 2.0, lambda: y * 3.0])}

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x"), tf.TensorSpec((), tf.int32, name="n")])
    def loops(self, x, n):
        power = tf.while_loop(lambda i, y: i < n, lambda i, y: (i + 1, y @ self.w), (0, x))[1]
        steps = tf.TensorArray(tf.float32, 4)
        y = x
        for i in tf.range(4):
            y = tf.tanh(y @ self.w)
            steps = steps.write(3 - i, y)
        until = tf.while_loop(lambda y: tf.reduce_max(y) < 50.0, lambda y: [y * 2.0 + 1.0], [tf.abs(x)])[0]
        return {"power": power, "steps": steps.stack(), "until": until}

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def counts(self, x):
        self.calls.assign_add(1.0)
        return {"y": x * self.calls}


some = normal(1, 3, 2)
module("control", Control, branches=[{"x": some}, {"x": -np.abs(some[:2])}],
       loops=[{"x": some, "n": 3}, {"x": some, "n": 0}], counts=[{"x": some}, {"x": some}])


class Counting(tf.Module):
    """Loops that change variables, which they read again and which stay changed."""

    def __init__(self, scratch):
        self.w = tf.Variable([[0.5, -1.0], [0.25, 1.0]], name="w")
        self.sum = tf.Variable([0.0, 0.0], trainable=False, name="sum")
        self.steps = tf.Variable(0, trainable=False, name="steps")

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x"), tf.TensorSpec((), tf.int32, name="n")])
    def known(self, x, n):
        y = x
        for _ in tf.range(n):
            y = tf.tanh(y @ self.w + self.sum)
            self.sum.assign_add(tf.reduce_sum(y, 0))
            for _ in tf.range(2):
                self.steps.assign(self.steps + 1)
        return {"y": y, "sum": self.sum.read_value(), "steps": self.steps.read_value()}

    @tf.function(input_signature=[tf.TensorSpec((None, 2), name="x")])
    def until(self, x):
        self.sum.assign(tf.zeros(2))
        while tf.reduce_max(self.sum) < 20.0:
            self.sum.assign_add(tf.reduce_max(tf.abs(x), 0))
            self.steps.assign_add(1)
        return {"sum": self.sum * 1.0, "steps": self.steps * 1}


module("loop_variables", Counting, known=[{"x": some, "n": 3}, {"x": some, "n": 0}, {"x": -some, "n": 2}],
       until=[{"x": some}, {"x": some * 3.0}])


class Uneven(tf.Module):
    """Loops whose shapes differ from step to step, inputs with rows of their own and of any rank."""

    def __init__(self, scratch):
        self.w = tf.Variable(normal(7, 3, 3), name="w")

    @tf.function(input_signature=[tf.TensorSpec((None, 3), name="x"), tf.TensorSpec((), tf.int32, name="n")])
    def grows(self, x, n):
        longer = tf.while_loop(lambda i, s: i < n, lambda i, s: (i + 1, tf.concat([s, tf.tanh(s[-1:] @ self.w)], 0)),
                               (0, x), (tf.TensorShape(()), tf.TensorShape((None, 3))))[1]
        shorter = tf.while_loop(lambda s: tf.reduce_sum(tf.abs(s)) > 2.0, lambda s: [s[1:]], [longer],
                                [tf.TensorShape((None, 3))])[0]
        chosen = tf.map_fn(lambda r: tf.reduce_sum(tf.boolean_mask(r, r > 0)), x)
        return {"longer": longer, "shorter": shorter, "chosen": chosen}

    @tf.function(input_signature=[tf.TensorSpec((None, 3), name="a"), tf.TensorSpec((None, 2), name="b"), tf.TensorSpec(None, name="c")])
    def lengths(self, a, b, c):
        return {"products": tf.matmul(a[:, :2], b, transpose_b=True), "mean": tf.reduce_mean(a @ self.w, 0),
                "last": tf.reduce_sum(c * 2.0, -1), "sum": tf.reduce_sum(c)}


module("uneven", Uneven, grows=[{"x": normal(8, 4, 3), "n": 3}, {"x": normal(9, 2, 3), "n": 0}],
       lengths=[{"a": normal(1, 4, 3), "b": normal(2, 7, 2), "c": normal(3, 2, 3, 2)}, {"a": normal(4, 2, 3), "b": normal(5, 1, 2), "c": normal(6, 5)}])


class Records(tf.Module):
    """What an estimator serves: serialized examples go in."""

    def __init__(self, scratch):
        self.w = tf.Variable([[0.5, -1.0], [0.25, 1.0], [1.0, 0.0]], name="w")
        self.words = tf.Variable(normal(6, 5, 2), name="words")

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="examples")])
    def classify(self, examples):
        f = tf.io.parse_example(examples, {
            "age": tf.io.FixedLenFeature([1], tf.float32), "size": tf.io.FixedLenFeature([2], tf.float32, [0.5, -0.5]),
            "words": tf.io.VarLenFeature(tf.string), "clicks": tf.io.RaggedFeature(tf.int64)})
        buckets = tf.sparse.map_values(tf.strings.to_hash_bucket_fast, f["words"], 5)
        words = tf.nn.safe_embedding_lookup_sparse(self.words, buckets, combiner="mean")
        clicks = tf.cast(tf.reduce_sum(f["clicks"], 1), tf.float32)[:, tf.newaxis]
        return {"scores": tf.nn.softmax(tf.concat([f["age"], f["size"]], 1) @ self.w + words + clicks), "words": words}


def record(**features) -> bytes:
    lists = {float: lambda v: tf.train.Feature(float_list=tf.train.FloatList(value=v)),
             int: lambda v: tf.train.Feature(int64_list=tf.train.Int64List(value=v)),
             bytes: lambda v: tf.train.Feature(bytes_list=tf.train.BytesList(value=v))}
    example = tf.train.Example()
    for name, values in features.items():
        example.features.feature[name].CopyFrom(lists[type(values[0])](values))
    return example.SerializeToString(deterministic=True)


module("records", Records, classify=[
    {"examples": np.array([record(age=[0.3], words=[b"the", b"\xff\xfe"], clicks=[1, -2, 3]), record(age=[1.5], size=[1.0, 2.5])], object)},
    {"examples": np.array([record(age=[-1.25], clicks=[7], words=[b"cat"])], object)}])


class Shapes(tf.Module):
    """Shapes that depend on shapes, and on data."""

    def __init__(self, scratch):
        pass

    @tf.function(input_signature=[tf.TensorSpec((None, None, 4), name="x")])
    def arithmetic(self, x):
        n, m = tf.shape(x)[0], tf.shape(x)[1]
        flat = tf.reshape(x, [n, m * 4])
        halves = tf.concat([flat[:, : m * 2], flat[:, m * 2:][:, ::-1]], 1)
        grid = tf.cast(tf.range(m), tf.float32)[tf.newaxis, :, tf.newaxis] + tf.zeros([n, m, 1])
        return {"halves": halves, "grid": tf.tile(grid, [1, 1, 2]), "padded": tf.pad(x, [[0, 0], [1, m], [0, 0]])}

    @tf.function(input_signature=[tf.TensorSpec((None,), name="x")])
    def data(self, x):
        return {"positive": tf.boolean_mask(x, x > 0), "places": tf.where(x > 0), "distinct": tf.unique(tf.round(x))[0]}


module("shapes", Shapes, arithmetic=[{"x": normal(2, 2, 3, 4)}, {"x": normal(3, 1, 5, 4)}],
       data=[{"x": normal(4, 7)}, {"x": -np.abs(normal(5, 4))}])


class Tables(tf.Module):
    def __init__(self, scratch):
        file = scratch / "words.txt"
        file.write_text("\n".join(WORDS))
        from_file = tf.lookup.TextFileInitializer(
            str(file), tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER)
        self.numbers = tf.lookup.StaticVocabularyTable(from_file, 3)
        pairs = tf.lookup.KeyValueTensorInitializer(np.array([0, 2, 5], "int64"), np.array([0.5, -1.0, 7.0], "float32"))
        self.values = tf.lookup.StaticHashTable(pairs, -9.0)
        self.file = tf.saved_model.Asset(str(file))

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="words")])
    def look(self, words):
        numbers = self.numbers.lookup(tf.strings.lower(tf.strings.regex_replace(words, "[!?]", "")))
        return {"numbers": numbers, "values": self.values.lookup(numbers)}


module("tables", Tables, look=[{"words": np.array(["the", "Sat!", "bird", "dog?", ""], object)}])


# TensorFlow 1

def partitioned(folder: Path, seed: int) -> None:
    """A graph without objects: its variable in three parts, in a checkpoint of several shards."""
    v1 = tf.compat.v1
    with v1.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, (None, 6), name="x")
        w = v1.get_variable("w", initializer=tf.constant(normal(seed, 6, 4)),
                            partitioner=v1.fixed_size_partitioner(3), use_resource=False)
        b = v1.get_variable("b", initializer=tf.constant(normal(seed + 1, 4)), trainable=False, use_resource=True)
        y = tf.nn.relu(x @ tf.convert_to_tensor(w) + b, name="y")
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(str(folder / "model"))
        signature = v1.saved_model.predict_signature_def({"x": x}, {"y": y})
        builder.add_meta_graph_and_variables(session, ["serve"], {"serving_default": signature},
                                             saver=v1.train.Saver(sharded=True))
        builder.save()
    expect(folder, "serving_default", [{"x": normal(seed + 2, 3, 6)}])


file_case("savedmodel", "tensorflow1_partitioned", partitioned)


def older_control(folder: Path, seed: int) -> None:
    """Branches as Switch and Merge, loops as frames, one in another, with arrays that they read and fill."""
    v1 = tf.compat.v1
    v1.disable_control_flow_v2()
    try:
        with v1.Graph().as_default(), v1.Session() as session:
            x = v1.placeholder(tf.float32, (None, 4), name="x")
            w = v1.get_variable("w", initializer=tf.constant(normal(seed, 4, 4)), use_resource=False)
            mean = tf.reduce_mean(x)
            inner = lambda: v1.cond(mean > 0.5, lambda: x * 3.0, lambda: tf.constant(7.0) + x)
            branch = v1.cond(mean > 0.0, inner, lambda: x - 1.0)
            twice = lambda y: v1.while_loop(lambda j, b: j < 2, lambda j, b: (j + 1, tf.tanh(b @ w)), (0, y))[1]
            loop = v1.while_loop(lambda i, a: tf.reduce_max(a) < 9.0, lambda i, a: (i + 1, twice(a) + 2.0 * a + 4.0), (0, x))[1]
            outputs = {"branch": branch, "loop": loop, "sums": v1.scan(lambda a, b: a + b, x), "rows": v1.map_fn(lambda a: a * a, x)}
            session.run(v1.global_variables_initializer())
            v1.saved_model.simple_save(session, str(folder / "model"), {"x": x}, outputs)
    finally:
        v1.enable_control_flow_v2()
    some = np.abs(normal(seed + 2, 3, 4))
    expect(folder, "serving_default", [{"x": some}, {"x": some * 0.1}, {"x": -some}])


file_case("savedmodel", "tensorflow1_control", older_control)


# Checkpoints: Keras 2's save_weights in TensorFlow's format, beside the architecture

def checkpoint(name: str, build: Callable, shape: tuple) -> None:
    def produce(folder: Path, seed: int) -> None:
        tf_keras.backend.clear_session()
        model = build()
        rng = np.random.default_rng(seed)
        model.set_weights([w + rng.uniform(0, 0.3, w.shape).astype(w.dtype) for w in model.get_weights()])
        (folder / "model.json").write_text(model.to_json())
        model.save_weights(str(folder / "model.ckpt"))
        x = normal(seed, 3, *shape)
        write_npz(folder / "in.npz", {"x": x})
        write_npz(folder / "out.npz", {"y": model(x, training=False).numpy()})

    file_case("checkpoint", name, produce)


def depthwise():
    return tf_keras.Sequential([tf_keras.Input((6, 6, 2), name="x"), L2.DepthwiseConv2D(3), L2.SeparableConv2D(3, 2),
                                L2.Flatten(), L2.Dense(2)])


checkpoint("nested", keras2_nested, (4,))
checkpoint("recurrent", keras2_recurrent, (5, 3))
checkpoint("depthwise", depthwise, (6, 6, 2))
