package io.argali.converters.savedmodel;

import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.ByteText;
import io.argali.loader.ElementType;
import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.TensorProto;
import io.argali.loader.protobuf.TensorShapeProto;
import io.argali.loader.tensorbundle.ElementTypes;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known while a graph is traced: constants, and what is computed from nothing else. */
final class Constants {
    /** Elements up to which a value of whole numbers, flags or text is computed at once. */
    private static final int SMALL = 1 << 10;

    private final Map<Node, Boolean> known = new IdentityHashMap<>();
    private final Map<Value, Tensor> values = new HashMap<>();

    /** The elements of a value that depends on nothing that the model is given; else null. */
    @Nullable
    Tensor find(Value v) {
        if (v.node().op() instanceof Op.Constant c) return c.tensor();
        if (!isKnown(v.node())) return null;
        return values.computeIfAbsent(v, Constants::compute);
    }

    /** The value, as a constant if it is a small one of those that shapes are made of. */
    Value folded(Value v) {
        if (v.dtype().isFloating() || v.shape().size() > SMALL || v.node().op() instanceof Op.Constant) return v;
        Tensor t = find(v);
        return t == null ? v : Value.constant(t);
    }

    private boolean isKnown(Node root) {
        Boolean memo = known.get(root);
        if (memo != null) return memo;
        for (Node n : new Graph(List.of(), List.of(root.output(0))).nodes()) {
            if (known.containsKey(n)) continue;
            boolean given =
                    n.op() instanceof Op.Parameter || n.op() instanceof Op.Variable || n.op() instanceof Op.Random;
            known.put(n, !given && n.inputs().stream().allMatch(v -> Boolean.TRUE.equals(known.get(v.node()))));
        }
        return Boolean.TRUE.equals(known.get(root));
    }

    private static Tensor compute(Value v) {
        Graph g = new Graph(List.of(), List.of(v));
        return CpuBackend.withThreads(1)
                .compiler(path -> {
                    throw new IllegalStateException("weights are no constants: " + path);
                })
                .compile(g)
                .run(List.of())[0];
    }

    // Protobuf

    /** The most elements that a few stored ones may be repeated to. */
    private static final int LARGEST = 1 << 28;

    static boolean isComplex(Call c) {
        return part(c, "dtype") != null;
    }

    /** The type of the parts of an attribute's complex type; null for another. */
    static @Nullable DType part(Call c, String attribute) {
        return switch (c.node()
                .getAttrOrDefault(attribute, io.argali.loader.protobuf.AttrValue.getDefaultInstance())
                .getType()) {
            case DT_COMPLEX64 -> DType.FLOAT32;
            case DT_COMPLEX128 -> DType.FLOAT64;
            default -> null;
        };
    }

    /** A constant of complex numbers, which stand as pairs. */
    static io.argali.runtime.op.Fourier.Complex complex(Call c) {
        TensorProto p = c.node()
                .getAttrOrDefault("value", io.argali.loader.protobuf.AttrValue.getDefaultInstance())
                .getTensor();
        boolean single = p.getDtype() == io.argali.loader.protobuf.DataType.DT_COMPLEX64;
        TensorProto.Builder pairs = p.toBuilder();
        pairs.setDtype(
                single ? io.argali.loader.protobuf.DataType.DT_FLOAT : io.argali.loader.protobuf.DataType.DT_DOUBLE);
        pairs.addAllFloatVal(p.getScomplexValList()).addAllDoubleVal(p.getDcomplexValList());
        pairs.getTensorShapeBuilder().addDim(TensorShapeProto.Dim.newBuilder().setSize(2));
        int given = single ? p.getScomplexValCount() : p.getDcomplexValCount();
        Tensor all = of(pairs.build());
        // One pair stands for all; a single number would be repeated.
        if (given == 2 && all.size() > 2) {
            double re = all.toDoubleArray()[0], im = all.toDoubleArray()[1];
            Shape s = all.shape().slice(0, all.shape().rank() - 1);
            return new io.argali.runtime.op.Fourier.Complex(
                    Value.full(all.dtype(), s, re), Value.full(all.dtype(), s, im));
        }
        Value v = Value.constant(all);
        return new io.argali.runtime.op.Fourier.Complex(v.at(-1, 0), v.at(-1, 1));
    }

    /** A constant's elements. */
    static Tensor of(TensorProto p) {
        ElementType type = ElementTypes.of(p.getDtype());
        if (type == null || type == ElementType.COMPLEX64 || type == ElementType.COMPLEX128) {
            throw new ShapeException("constants of type " + p.getDtype() + " are not supported");
        }
        Shape shape = Call.shape(p.getTensorShape());
        if (shape == null || shape.toList().contains(Shape.UNKNOWN))
            throw new ModelFormatException("a constant has no shape");
        long n = 1;
        for (int d : shape.toArray()) {
            n *= d;
            if (n > LARGEST) throw new ModelFormatException("a constant of shape " + shape + " is too large");
        }
        DType dtype = DType.valueOf(type.name());
        if (!p.getTensorContent().isEmpty() && type != ElementType.STRING) {
            byte[] bytes = p.getTensorContent().toByteArray();
            if (bytes.length != n * type.bytes()) {
                throw new ModelFormatException("a constant of shape " + shape + " has " + bytes.length + " bytes");
            }
            long[] dims = shape.toList().stream().mapToLong(i -> i).toArray();
            return Tensors.of(
                    "a constant", ArrayData.of(type, dims, MemorySegment.ofArray(bytes), ByteOrder.LITTLE_ENDIAN));
        }
        Object array = Tensor.newArray(dtype, (int) n);
        int given = given(p, dtype);
        if (given > n) throw new ModelFormatException("a constant of shape " + shape + " has " + given + " elements");
        // The last element that is given stands for all after it; without any, all are zero.
        for (int i = 0; given > 0 && i < n; i++) put(array, i, p, dtype, Math.min(i, given - 1));
        return Tensor.wrap(dtype, shape, array);
    }

    private static int given(TensorProto p, DType t) {
        return switch (t) {
            case FLOAT32 -> p.getFloatValCount();
            case FLOAT64 -> p.getDoubleValCount();
            case FLOAT16, BFLOAT16 -> p.getHalfValCount();
            case FLOAT8_E4M3FN, FLOAT8_E5M2 ->
                throw new ModelFormatException("constants of type " + t.kerasName() + " are not supported");
            case INT64 -> p.getInt64ValCount();
            case UINT32 -> p.getUint32ValCount();
            case UINT64 -> p.getUint64ValCount();
            case BOOL -> p.getBoolValCount();
            case STRING -> p.getStringValCount();
            case INT8, INT16, INT32, UINT8, UINT16 -> p.getIntValCount();
        };
    }

    private static void put(Object array, int at, TensorProto p, DType t, int i) {
        switch (array) {
            case float[] a ->
                a[at] = switch (t) {
                    case FLOAT16 -> Float.float16ToFloat((short) p.getHalfVal(i));
                    case BFLOAT16 -> Float.intBitsToFloat(p.getHalfVal(i) << 16);
                    default -> p.getFloatVal(i);
                };
            case double[] a -> a[at] = p.getDoubleVal(i);
            case int[] a -> a[at] = p.getIntVal(i);
            case long[] a ->
                a[at] = switch (t) {
                    case UINT32 -> Integer.toUnsignedLong(p.getUint32Val(i));
                    case UINT64 -> p.getUint64Val(i);
                    default -> p.getInt64Val(i);
                };
            case byte[] a -> a[at] = (byte) (p.getBoolVal(i) ? 1 : 0);
            case String[] a -> a[at] = ByteText.of(p.getStringVal(i).toByteArray());
            default -> throw new IllegalStateException();
        }
    }
}
