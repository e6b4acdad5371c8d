package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
        return toValue(need(position, name));
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

    /** A list of tensors and numbers as one tensor. */
    private static Value stacked(List<?> list) {
        List<Value> values = list.stream().map(OperationArguments::toValue).toList();
        if (values.isEmpty()) return Value.zeros(TensorType.of(DType.FLOAT32, 0));
        DType t = Promotion.of(values.stream().map(Value::dtype).toArray(DType[]::new));
        return Value.stack(0, values.stream().map(v -> v.cast(t)).toList());
    }

    public static Value toValue(Object o) {
        return switch (o) {
            case Value v -> v;
            case Tensor t -> Value.constant(t);
            case Boolean b -> Value.scalar(DType.BOOL, b ? 1 : 0);
            case Integer i -> Value.scalar(DType.INT32, i);
            case Long i -> Value.scalar(i == i.intValue() ? DType.INT32 : DType.INT64, i);
            case String s -> Value.constant(Tensor.of(new String[] {s}).reshape(Shape.SCALAR));
            case Number n -> Value.scalar(DType.FLOAT32, n.doubleValue());
            case List<?> l -> stacked(l);
            default -> throw new ShapeException("not a tensor: " + o);
        };
    }

    /** The two operands of an operation in their common type. */
    Operands pair(int first, String a, String b) {
        return pair(false, first, a, b);
    }

    /** The two operands of an operation in their common floating type. */
    Operands floatingPair(int first, String a, String b) {
        return pair(true, first, a, b);
    }

    private Operands pair(boolean floating, int first, String a, String b) {
        Object x = need(first, a), y = need(first + 1, b);
        DType t = Promotion.ofOperands(floating, List.of(x, y));
        return new Operands(toValue(x, t), toValue(y, t));
    }

    /** The two operands of an operation in their common type, where Keras takes Python's numbers for int32 and float32 tensors. */
    Operands strongPair(int first, String a, String b) {
        Value x = value(first, a), y = value(first + 1, b);
        DType t = Promotion.of(x.dtype(), y.dtype());
        return new Operands(x.cast(t), y.cast(t));
    }

    /** Two values of one type. */
    record Operands(Value a, Value b) {}

    private Object need(int position, String name) {
        Object o = find(position, name);
        if (o == null) throw new ShapeException(operation + " needs the argument \"" + name + "\"");
        return o;
    }

    /** A number, constant or value as a value of the given type. */
    static Value toValue(Object o, DType type) {
        return switch (o) {
            case Boolean b -> Value.scalar(type, b ? 1 : 0);
            case Integer i ->
                Value.constant(Tensor.of(new long[] {i}).reshape(Shape.SCALAR).cast(type));
            case Long i ->
                Value.constant(Tensor.of(new long[] {i}).reshape(Shape.SCALAR).cast(type));
            case Number n -> Value.scalar(type, n.doubleValue());
            case Tensor t when t.dtype() != DType.STRING -> Value.constant(t.cast(type));
            default -> toValue(o).cast(type);
        };
    }

    /** All positional arguments. */
    public List<Value> positional() {
        List<Value> r = new ArrayList<>();
        for (int i = 0; scope.argument(Integer.toString(i)) != null; i++) r.add(value(i, Integer.toString(i)));
        return r;
    }

    /** The axes of the constructor's argument {@code axis}, or all of the rank. */
    int[] axes(int rank) {
        int[] given = integers("axis");
        return given == null ? IntStream.range(0, rank).toArray() : given;
    }

    /** The element type that the constructor's argument {@code dtype} names. */
    DType dtype(DType otherwise) {
        String name = text("dtype");
        return name == null ? otherwise : DType.of(name);
    }

    boolean keepDims() {
        return flag("keepdims", false);
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
