package io.argali.runtime.model;

/** Keras' summary of a model, as text. */
final class Summary {
    private Summary() {}

    static String of(Model model) {
        return model.name();
    }
}
