package io.argali.runtime.layer;

import io.argali.runtime.op.Value;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A named function of one value; Keras' {@code activation="relu"}. Compared by name. */
public final class Activation {
    private final String name;
    private final UnaryOperator<Value> function;
    private final boolean elementwise;

    private Activation(String name, UnaryOperator<Value> function, boolean elementwise) {
        this.name = name;
        this.function = function;
        this.elementwise = elementwise;
    }

    private static final Set<String> ALONG_AN_AXIS = Set.of("glu", "log_softmax", "softmax", "sparsemax");

    /** A user's own activation. */
    public static Activation of(String name, UnaryOperator<Value> function) {
        return new Activation(name, function, false);
    }

    /**
     * One of Keras' activations.
     *
     * @throws IllegalArgumentException if Keras has none of this name
     */
    public static Activation of(String name) {
        UnaryOperator<Value> f = Activations.TABLE.get(name);
        if (f == null)
            throw new IllegalArgumentException(
                    "unknown activation \"" + name + "\"; known: " + Activations.TABLE.keySet());
        return new Activation(name, f, !ALONG_AN_AXIS.contains(name));
    }

    /** Whether Keras has an activation of this name. */
    public static boolean isKnown(String name) {
        return Activations.TABLE.containsKey(name);
    }

    public static final Activation LINEAR = of("linear");
    public static final Activation RELU = of("relu");
    public static final Activation SIGMOID = of("sigmoid");
    public static final Activation TANH = of("tanh");
    public static final Activation SOFTMAX = of("softmax");

    public String name() {
        return name;
    }

    /** Whether each result is known to depend on the element in its place alone, wherever the axes are. */
    public boolean isElementwise() {
        return elementwise;
    }

    public Value apply(Value x) {
        return function.apply(x);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Activation a && a.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
