package io.argali.converters.savedmodel;

import io.argali.runtime.op.Fourier;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What flows along an edge of a TensorFlow graph. */
sealed interface Item {
    /** A tensor. */
    record Dense(Value value) implements Item {}

    /** Complex numbers, which are no element type of ours. */
    record Complex(Fourier.Complex value) implements Item {}

    /** A resource, by a key of its own: a variable or a table. */
    record Handle(String key, Kind kind) implements Item {
        enum Kind {
            VARIABLE,
            /** A variable of TensorFlow 1, which is read where a tensor is expected. */
            REFERENCE,
            TABLE
        }
    }

    /** What a checkpoint holds under a name, or a part of it ({@code "4 2 0,2:-"}, as TensorFlow writes it). */
    record Stored(String name, String slice) implements Item {}

    /**
     * A TensorList: its elements one by one, null for one that was never set.
     *
     * @param elementShape what its maker said, with -1 for unknown lengths; null for nothing
     */
    record Elements(
            List<@Nullable Value> values,
            io.argali.runtime.tensor.DType dtype,
            @Nullable Shape elementShape) implements Item {}

    /** A TensorList whose elements are the rows of one tensor. */
    record Rows(Value tensor) implements Item {}

    /** A TensorList that a loop carries, as one step finds it. */
    record Carried(int variable, int length) implements Item {}

    /** A carried TensorList after a step has set one element, which may be the next after its last. */
    record Set(int variable, Value index, Value value, boolean grows) implements Item {}
}
