package io.argali.runtime.op;

/** The functions of one argument that {@link Op.Unary} applies to every element. */
public enum UnaryFunction {
    NEGATE,
    ABS,
    SIGN,
    RECIPROCAL,
    SQUARE,
    SQRT,
    RSQRT,
    EXP,
    EXPM1,
    LOG,
    LOG1P,
    SIN,
    COS,
    TAN,
    ASIN,
    ACOS,
    ATAN,
    SINH,
    COSH,
    TANH,
    ASINH,
    ACOSH,
    ATANH,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID,
    /** {@code max(x, 0)}; not-a-number stays not-a-number. */
    RELU,
    /** {@code log(1 + exp(x))}, without overflow. */
    SOFTPLUS,
    ERF,
    /** The inverse error function. */
    ERF_INVERSE,
    FLOOR,
    CEIL,
    /** To the nearest integer, ties to even. */
    ROUND,
    /** Towards zero. */
    TRUNCATE,
    /** Logical negation; bool to bool. */
    NOT,
    /** Bitwise negation; integers only. */
    BITWISE_NOT,
    /** Floating point to bool. */
    IS_NAN,
    /** Floating point to bool. */
    IS_INFINITE,
    /** Floating point to bool. */
    IS_FINITE;

    /** Whether the result is bool whatever the argument's type. */
    public boolean isPredicate() {
        return this == IS_NAN || this == IS_INFINITE || this == IS_FINITE;
    }
}
