package io.argali.runtime.layer.operation;

import io.argali.runtime.layer.operation.OperationArguments.Operands;
import io.argali.runtime.layer.operation.OperationLayer.Operation;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The operations of one of Keras' modules by class name, as it is written down. */
final class Table {
    private final String module;
    private final Map<String, Operation> rows = new LinkedHashMap<>();

    Table(String module) {
        this.module = module;
    }

    /** An operation with several results. */
    Table results(String name, Operation operation) {
        rows.put(module + "." + name, operation);
        return this;
    }

    Table value(String name, Function<OperationArguments, Value> f) {
        return results(name, a -> List.of(f.apply(a)));
    }

    /** A function of one tensor, {@code x}, brought to a type first. */
    Table unary(String name, UnaryOperator<DType> type, UnaryOperator<Value> f) {
        return value(name, a -> {
            Value x = a.value(0, "x");
            return f.apply(x.cast(type.apply(x.dtype())));
        });
    }

    Table unary(String name, UnaryOperator<DType> type, UnaryFunction f) {
        return unary(name, type, x -> x.unary(f));
    }

    /** A function of two operands, {@code x1} and {@code x2}, in their common type. */
    Table binary(String name, Function<Operands, Value> f) {
        return value(name, a -> f.apply(a.pair(0, "x1", "x2")));
    }

    Table binary(String name, BinaryFunction f) {
        return binary(name, o -> o.a().binary(f, o.b()));
    }

    /** As {@link #binary}, in a floating type. */
    Table floatingBinary(String name, Function<Operands, Value> f) {
        return value(name, a -> f.apply(a.floatingPair(0, "x1", "x2")));
    }

    /** As {@link #binary}, where Python's numbers are taken for tensors of their own. */
    Table strongBinary(String name, Function<Operands, Value> f) {
        return value(name, a -> f.apply(a.strongPair(0, "x1", "x2")));
    }

    Table alias(String name, String other) {
        rows.put(module + "." + name, java.util.Objects.requireNonNull(rows.get(module + "." + other)));
        return this;
    }

    Map<String, Operation> rows() {
        return Collections.unmodifiableMap(rows);
    }

    // The types that functions compute in

    static DType same(DType t) {
        return t;
    }

    /** Integers and bools become float32. */
    static DType floating(DType t) {
        return Promotion.floating(t);
    }

    /** 64-bit integers become float64, other integers and bools float32. */
    static DType wideFloating(DType t) {
        return t == DType.INT64 ? DType.FLOAT64 : Promotion.floating(t);
    }

    static DType boolToInt(DType t) {
        return t == DType.BOOL ? DType.INT32 : t;
    }

    /** The type of a sum: small integers become 32-bit ones. */
    static DType wideInteger(DType t) {
        return switch (t) {
            case BOOL, INT8, INT16 -> DType.INT32;
            case UINT8, UINT16 -> DType.UINT32;
            default -> t;
        };
    }
}
