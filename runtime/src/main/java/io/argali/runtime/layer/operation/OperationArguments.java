package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an operation was called with: positional arguments of the call, keywords of the call, and the arguments of its constructor, in this order
 * of precedence. Each is asked for by position and name, as Keras' signature has it.
 */
public final class OperationArguments {
    private final String operation;
    private final Scope scope;
    private final Map<String, Object> config;

    OperationArguments(String operation, Scope scope, Map<String, Object> config) {
        this.operation = operation;
        this.scope = scope;
        this.config = config;
    }

    public Scope scope() {
        return scope;
    }

    /** An argument of the call, or null. */
    public @Nullable Object find(int position, String name) {
        Object o = scope.argument(Integer.toString(position));
        return o != null ? o : scope.argument(name);
    }

    /** An argument of the constructor, or (as some are) a keyword of the call; null if it was not given. */
    public @Nullable Object option(String name) {
        Object o = config.get(name);
        return o != null ? o : scope.argument(name);
    }

    /** An argument that is a tensor; numbers and constants become one, of the default float or int type. */
    public Value value(int position, String name) {
        Object o = find(position, name);
        if (o == null) throw new ShapeException(operation + " needs the argument \"" + name + "\"");
        return toValue(o);
    }

    public @Nullable Value optionalValue(int position, String name) {
        Object o = find(position, name);
        return o == null ? null : toValue(o);
    }

    /** An argument that is a list of tensors. */
    public List<Value> values(int position, String name) {
        Object o = find(position, name);
        if (!(o instanceof List<?> l)) return List.of(value(position, name));
        List<Value> r = new ArrayList<>();
        for (Object e : l) r.add(toValue(e));
        return r;
    }

    public static Value toValue(Object o) {
        return switch (o) {
            case Value v -> v;
            case Tensor t -> Value.constant(t);
            case Boolean b -> Value.scalar(DType.BOOL, b ? 1 : 0);
            case Integer i -> Value.scalar(DType.INT32, i);
            case Long i -> Value.scalar(DType.INT32, i);
            case Number n -> Value.scalar(DType.FLOAT32, n.doubleValue());
            case List<?> l -> Value.stack(0, l.stream().map(OperationArguments::toValue).toList());
            default -> throw new ShapeException("not a tensor: " + o);
        };
    }

    /** A whole number, from the constructor. */
    public int integer(String name, int otherwise) {
        return option(name) instanceof Number n ? n.intValue() : otherwise;
    }

    public @Nullable Integer integer(String name) {
        return option(name) instanceof Number n ? (Integer) n.intValue() : null;
    }

    public double number(String name, double otherwise) {
        return option(name) instanceof Number n ? n.doubleValue() : otherwise;
    }

    public boolean flag(String name, boolean otherwise) {
        return option(name) instanceof Boolean b ? b : otherwise;
    }

    public @Nullable String text(String name) {
        return option(name) instanceof String s ? s : null;
    }

    public String text(String name, String otherwise) {
        return option(name) instanceof String s ? s : otherwise;
    }

    /** A whole number or a list of them; null for Python's None. */
    public int @Nullable [] integers(String name) {
        return switch (option(name)) {
            case Number n -> new int[] {n.intValue()};
            case List<?> l -> l.stream().mapToInt(e -> ((Number) e).intValue()).toArray();
            case null, default -> null;
        };
    }

    /** What the operation is called in messages. */
    public String operation() {
        return operation;
    }
}
