package io.argali.runtime.op;

/** The functions of two arguments that {@link Op.Binary} applies element by element, with NumPy's broadcasting. */
public enum BinaryFunction {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    /** Rounds the quotient down, as Python's {@code //}. */
    FLOOR_DIVIDE,
    /** The remainder with the divisor's sign, as Python's {@code %}. */
    MODULO,
    POWER,
    MAXIMUM,
    MINIMUM,
    ATAN2,
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_EQUAL,
    GREATER,
    GREATER_EQUAL,
    /** Bool only. */
    AND,
    /** Bool only. */
    OR,
    /** Bool only. */
    XOR,
    /** Integers only. */
    BITWISE_AND,
    /** Integers only. */
    BITWISE_OR,
    /** Integers only. */
    BITWISE_XOR,
    /** Integers only. */
    SHIFT_LEFT,
    /** Integers only; keeps the sign. */
    SHIFT_RIGHT;

    /** Whether the result is bool whatever the arguments' type. */
    public boolean isComparison() {
        return switch (this) {
            case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL -> true;
            default -> false;
        };
    }
}
