package io.argali.runtime.tensor;

/** Shapes, ranks or element types that do not fit together. The message says where, what was expected and what came. */
public class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public ShapeException(String message) {
        super(message);
    }
}
