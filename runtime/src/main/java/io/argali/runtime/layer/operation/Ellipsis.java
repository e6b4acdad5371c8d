package io.argali.runtime.layer.operation;

/** Python's {@code ...} in an index. */
public enum Ellipsis {
    ELLIPSIS
}
