package io.argali.runtime.layer.operation;

import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The element type that operands of several types meet in: the least upper bound in JAX's lattice of types, which Keras uses
 * (keras/src/backend/common/dtypes.py). Python's own numbers are weak: they take the type of the tensors beside them.
 */
public final class Promotion {
    /** A place in the lattice: an element type, or one of Python's number types. */
    private enum Kind {
        BOOL(DType.BOOL),
        UINT8(DType.UINT8),
        UINT16(DType.UINT16),
        UINT32(DType.UINT32),
        UINT64(DType.UINT64),
        WEAK_INT(DType.INT32),
        INT8(DType.INT8),
        INT16(DType.INT16),
        INT32(DType.INT32),
        INT64(DType.INT64),
        WEAK_FLOAT(DType.FLOAT32),
        BFLOAT16(DType.BFLOAT16),
        FLOAT16(DType.FLOAT16),
        FLOAT32(DType.FLOAT32),
        FLOAT64(DType.FLOAT64);

        final DType type;

        Kind(DType type) {
            this.type = type;
        }

        List<Kind> next() {
            return switch (this) {
                case BOOL -> List.of(WEAK_INT);
                case UINT8 -> List.of(INT16, UINT16);
                case UINT16 -> List.of(INT32, UINT32);
                case UINT32 -> List.of(INT64, UINT64);
                case WEAK_INT -> List.of(UINT8, INT8);
                case INT8 -> List.of(INT16);
                case INT16 -> List.of(INT32);
                case INT32 -> List.of(INT64);
                case UINT64, INT64 -> List.of(WEAK_FLOAT);
                case WEAK_FLOAT -> List.of(BFLOAT16, FLOAT16);
                case BFLOAT16, FLOAT16 -> List.of(FLOAT32);
                case FLOAT32 -> List.of(FLOAT64);
                case FLOAT64 -> List.of();
            };
        }
    }

    private static final Map<Kind, Set<Kind>> ABOVE = new EnumMap<>(Kind.class);

    static {
        List<Kind> topDown = new ArrayList<>(Arrays.asList(Kind.values())).reversed();
        // A type's successors may be declared after it or before it; two passes reach all.
        for (int pass = 0; pass < Kind.values().length; pass++) {
            for (Kind k : topDown) {
                Set<Kind> above = ABOVE.computeIfAbsent(k, EnumSet::of);
                for (Kind n : k.next()) above.addAll(ABOVE.getOrDefault(n, Set.of()));
            }
        }
    }

    private Promotion() {}

    /** The common type of tensors. */
    public static DType of(DType... types) {
        return join(Arrays.stream(types).map(Promotion::strong).toList(), types);
    }

    /** The common type of tensors and Python's float: floating, whatever they are. */
    public static DType floating(DType... types) {
        List<Kind> kinds =
                new ArrayList<>(Arrays.stream(types).map(Promotion::strong).toList());
        kinds.add(Kind.WEAK_FLOAT);
        return join(kinds, types);
    }

    /** The common type of operands as a call gives them: tensors, or Python's numbers. */
    static DType ofOperands(boolean floating, List<?> operands) {
        List<Kind> kinds = new ArrayList<>();
        for (Object o : operands) {
            switch (o) {
                case Boolean b -> kinds.add(Kind.BOOL);
                case Integer i -> kinds.add(Kind.WEAK_INT);
                case Long i -> kinds.add(Kind.WEAK_INT);
                case Number n -> kinds.add(Kind.WEAK_FLOAT);
                default -> {
                    DType t = OperationArguments.toValue(o).dtype();
                    if (t == DType.STRING) return t;
                    kinds.add(strong(t));
                }
            }
        }
        if (floating) kinds.add(Kind.WEAK_FLOAT);
        return join(kinds);
    }

    private static Set<Kind> above(Kind k) {
        return java.util.Objects.requireNonNull(ABOVE.get(k));
    }

    private static Kind strong(DType t) {
        return t == DType.STRING ? Kind.BOOL : Kind.valueOf(t.name());
    }

    private static DType join(List<Kind> kinds, DType... types) {
        if (Arrays.asList(types).contains(DType.STRING)) return DType.STRING;
        Set<Kind> common = EnumSet.allOf(Kind.class);
        for (Kind k : kinds) common.retainAll(above(k));
        for (Kind k : common) {
            if (above(k).containsAll(common)) return k.type == DType.UINT64 ? DType.UINT32 : k.type;
        }
        throw new IllegalStateException("no common type of " + kinds);
    }
}
