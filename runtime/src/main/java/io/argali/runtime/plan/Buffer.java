package io.argali.runtime.plan;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * Where the elements of a value are while a plan runs: in the workspace's arena, in a constant array, in an array that the caller passed
 * in, or in one that the caller gets; possibly at an offset into another buffer.
 */
final class Buffer {
    final DType dtype;
    final int size;
    private final @Nullable Buffer base;
    private final int delta;
    private final @Nullable Object constant;
    private final int parameter;
    private final boolean fixed;
    private int offset = -1;

    private Buffer(
            DType dtype,
            int size,
            @Nullable Buffer base,
            int delta,
            @Nullable Object constant,
            int parameter,
            boolean fixed) {
        this.dtype = dtype;
        this.size = size;
        this.base = base;
        this.delta = delta;
        this.constant = constant;
        this.parameter = parameter;
        this.fixed = fixed;
    }

    /** Space in the arena, to be placed by the allocation. */
    static Buffer arena(TensorType type) {
        return new Buffer(type.dtype(), type.shape().size(), null, 0, null, -1, true);
    }

    /** Scratch floats in the arena. */
    static Buffer scratch(int floats) {
        return new Buffer(DType.FLOAT32, floats, null, 0, null, -1, true);
    }

    static Buffer constant(DType dtype, Object array, int size) {
        return new Buffer(dtype, size, null, 0, array, -1, true);
    }

    /** @param fixed whether the same array is bound in each run over one workspace */
    static Buffer parameter(TensorType type, int index, boolean fixed) {
        return new Buffer(type.dtype(), type.shape().size(), null, 0, null, index, fixed);
    }

    /** An array that the caller gets when the run is over, bound as a parameter is. */
    static Buffer result(TensorType type, int index) {
        return new Buffer(type.dtype(), type.shape().size(), null, 0, null, index, false);
    }

    /** Which of the caller's arrays it is, whole; or -1. */
    int bound() {
        return parameter;
    }

    /** A part of this buffer. */
    Buffer view(int from, int size) {
        return base == null
                ? new Buffer(dtype, size, this, from, null, -1, true)
                : new Buffer(dtype, size, base, delta + from, null, -1, true);
    }

    /** The buffer that owns the memory. */
    Buffer root() {
        return base == null ? this : base;
    }

    boolean isArena() {
        Buffer r = root();
        return r.constant == null && r.parameter < 0;
    }

    /** Whether its array is the same in each run over one workspace: not the caller's. */
    boolean isFixed() {
        return root().fixed;
    }

    boolean isConstant() {
        return root().constant != null;
    }

    @Nullable
    Object constantArray() {
        return root().constant;
    }

    void place(int offset) {
        this.offset = offset;
    }

    /** Index of the first element in {@link #array}. */
    int offset() {
        if (base != null) return base.offset() + delta;
        return constant != null || parameter >= 0 ? 0 : offset;
    }

    Object array(Workspace w) {
        Buffer r = root();
        if (r.constant != null) return r.constant;
        return r.parameter >= 0 ? w.parameter(r.parameter) : w.arena(dtype.storage());
    }

    float[] floats(Workspace w) {
        return (float[]) array(w);
    }
}
