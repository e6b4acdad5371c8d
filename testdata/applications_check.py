"""Models of Keras Applications, with random weights, through every format that Argali writes, and back into Keras, TensorFlow and ONNX Runtime.

    applications_check.py                the first two
    applications_check.py --count 10     all of them
    applications_check.py --make DIR     only makes the models and DIR/jobs.tsv, for argali convert --jobs
    applications_check.py --compare DIR  only opens what was converted in DIR, and prints the table

Predictions must be the original's: within 1e-6 in Keras' own formats, 1e-5 in the others, of the largest value.
"""

from pathlib import Path

import checking  # first: sets what Keras runs on
import numpy as np

MODELS = ("MobileNetV3Small", "EfficientNetV2B0", "ConvNeXtTiny", "NASNetMobile", "DenseNet121", "InceptionV3", "Xception", "VGG16", "ResNet50V2", "EfficientNetB0")
SIZE, CLASSES = 96, 10
TOLERANCES = {"keras": 1e-6, "h5": 1e-6, "json": 1e-6, "weights.h5": 1e-6, "savedmodel": 1e-5, "onnx": 1e-5}


def build(name: str):
    """The model with vectors (biases, scales, moving averages) that say something."""
    import keras

    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    model = getattr(keras.applications, name)(weights=None, input_shape=(SIZE, SIZE, 3), classes=CLASSES, classifier_activation=None)
    rng = np.random.default_rng(1)
    for w in model.weights:
        if len(w.shape) == 1 and w.dtype == "float32":
            w.assign(np.asarray(w) + rng.uniform(-0.1, 0.1, w.shape))
    return model


def make(folder: Path, count: int) -> None:
    import keras

    jobs = []
    for name in MODELS[:count]:
        at = folder / name
        at.mkdir(parents=True)
        build(name).save(at / "original.keras")
        model = keras.models.load_model(at / "original.keras")  # where Normalization uses the averages that it holds
        x = np.random.default_rng(2).uniform(0, 255, (2, SIZE, SIZE, 3)).astype("float32")
        np.savez(at / "data.npz", x=x, y=np.asarray(model(x, training=False)))
        jobs += [f"{at / 'original.keras'}\t{at}/{'weights/model' if kind == 'weights.h5' else 'model'}.{kind}" for kind in TOLERANCES]
        (at / "weights").mkdir()
    (folder / "jobs.tsv").write_text("\n".join(jobs) + "\n")


def predicted(name: str, at: Path, kind: str, x: np.ndarray) -> np.ndarray:
    import keras

    match kind:
        case "keras" | "h5":
            from keras.src.applications.convnext import LayerScale  # which Keras does not find by itself when it reads an .h5

            model = keras.models.load_model(at / f"model.{kind}", compile=False, custom_objects={"LayerScale": LayerScale})
        case "json":
            model = keras.models.model_from_json((at / "model.json").read_text())
            model.load_weights(at / "model.weights.h5")
        case "weights.h5":
            model = build(name)
            for w in model.weights:
                w.assign(np.zeros(w.shape, w.dtype))
            model.load_weights(at / "weights" / "model.weights.h5")
        case "savedmodel":
            import tensorflow as tf

            serve = tf.saved_model.load(str(at / "model.savedmodel")).signatures["serving_default"]
            return next(iter(serve(**{k: tf.constant(x) for k in serve.structured_input_signature[1]}).values())).numpy()
        case "onnx":
            import onnxruntime

            session = onnxruntime.InferenceSession(at / "model.onnx", providers=["CPUExecutionProvider"])
            return session.run(None, {session.get_inputs()[0].name: x})[0]
    return np.asarray(model(x, training=False))


def compare(folder: Path) -> bool:
    import keras

    failed = 0
    print(f"{'':<20}" + "".join(f"{kind:>12}" for kind in TOLERANCES))
    for name in MODELS:
        at = folder / name
        if not at.exists():
            continue
        with np.load(at / "data.npz") as z:
            x, y = z["x"], z["y"]
        cells = []
        for kind, tolerance in TOLERANCES.items():
            keras.utils.clear_session()
            try:
                off = float(np.abs(predicted(name, at, kind, x) - y).max() / np.abs(y).max())
                cells.append(f"{off:.1e}" + ("" if off <= tolerance else "!"))
                failed += not off <= tolerance
            except Exception as e:
                cells.append("failed")
                failed += 1
                print(f"{name}.{kind}: {type(e).__name__}: {str(e).strip().splitlines()[0][:200]}")
        print(f"{name:<20}" + "".join(f"{c:>12}" for c in cells), flush=True)
    print(f"{failed} failed")
    return not failed


def main() -> None:
    arguments = checking.parser(__doc__)
    arguments.add_argument("--count", type=int, default=2)
    checking.main(
        arguments,
        lambda folder, a: make(folder, a.count),
        lambda folder: checking.jobs(folder, "convert", "jobs.tsv"),
        lambda folder, _: compare(folder),
    )


if __name__ == "__main__":
    main()
