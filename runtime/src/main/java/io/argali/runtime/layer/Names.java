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

    /** {@code leaky_relu} → {@code LeakyRelu}. */
    public static String pascalCase(String name) {
        StringBuilder b = new StringBuilder();
        for (String word : name.split("_")) {
            if (!word.isEmpty()) b.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
        }
        return b.toString();
    }
}
