package io.argali.runtime.op;

/** What {@link Op.Reduce} and {@link Op.Cumulative} fold elements with. */
public enum ReduceFunction {
    SUM,
    PRODUCT,
    MAX,
    MIN,
    /** Bool only: logical or. */
    ANY,
    /** Bool only: logical and. */
    ALL
}
