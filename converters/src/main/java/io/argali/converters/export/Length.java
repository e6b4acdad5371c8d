package io.argali.converters.export;

import io.argali.runtime.op.Value;
import java.util.List;

/** The length of an axis, or a number that follows from such lengths, in a graph that is to run at more than one input shape. */
public sealed interface Length {
    /** The same at every input shape. */
    record Fixed(long value) implements Length {}

    /** {@code floor((factor · Π atoms + offset) / divisor)}. */
    record Computed(List<Atom> atoms, long factor, long offset, long divisor) implements Length {
        public static Computed of(Atom atom) {
            return new Computed(List.of(atom), 1, 0, 1);
        }

        /** Whether it is the atom itself. */
        public boolean isAtom() {
            return atoms.size() == 1 && factor == 1 && offset == 0 && divisor == 1;
        }
    }

    /** What can be asked for when the graph runs. */
    sealed interface Atom {}

    /** A length that the caller chooses: that of an axis of an input. */
    record Symbol(String name, int parameter, int axis) implements Atom {}

    /** The length of an axis of a value of the same graph. */
    record Dim(Value value, int axis) implements Atom {}

    /** A length that the data decides: an integer scalar of the outermost graph. */
    record Measured(Value value) implements Atom {}

    default boolean isFixed() {
        return this instanceof Fixed;
    }
}
