package io.argali.converters.keras;

import io.argali.loader.json.Json;
import io.argali.runtime.layer.Activation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code hard_sigmoid} as Keras 1 and 2 meant it: {@code clip(0.2 x + 0.5, 0, 1)}. Keras 3 means {@code relu6(x + 3) / 6} by that name, so for it the
 * old one is written as two of its layers, which may stand where a function is expected.
 */
final class HardSigmoid2 {
    /** What upgraded configurations call it. */
    static final String NAME = "hard_sigmoid of Keras 2";

    static final Activation ACTIVATION =
            Activation.of(NAME, x -> x.multiply(0.2).add(0.5).maximum(0).minimum(1));

    private static final String JSON = """
            {"module": "keras", "class_name": "Sequential", "config": {"name": "hard_sigmoid_of_keras_2", "trainable": true, "layers": [
            {"module": "keras.layers", "class_name": "Rescaling", "config": {"name": "rescaling", "scale": 0.2, "offset": 0.5}, "registered_name": null},
            {"module": "keras.layers", "class_name": "ReLU", "config": {"name": "re_lu", "max_value": 1.0, "negative_slope": 0.0, "threshold": 0.0},
            "registered_name": null}]}, "registered_name": null}""";

    private HardSigmoid2() {}

    /** Whether this is how a configuration names it. */
    static boolean is(@Nullable Object json) {
        return NAME.equals(json)
                || json instanceof java.util.Map<?, ?> m
                        && m.get("config") instanceof java.util.Map<?, ?> c
                        && "hard_sigmoid_of_keras_2".equals(c.get("name"));
    }

    static Object json() {
        return Objects.requireNonNull(Json.parse("", JSON));
    }
}
