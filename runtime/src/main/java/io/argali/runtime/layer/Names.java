package io.argali.runtime.layer;

import java.util.Locale;

/** How Keras derives names from class names. */
public final class Names {
    private Names() {}

    /** {@code MaxPooling2D} → {@code max_pooling2d}, by Keras' to_snake_case. */
    public static String snakeCase(String name) {
        String s = name.replaceAll("\\W+", "");
        s = s.replaceAll("(.)([A-Z][a-z]+)", "$1_$2");
        return s.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
