package io.argali.loader;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Element {@code i} of a numeric array as a double or a long. */
sealed interface Elements {
    double doubleAt(long i);

    long longAt(long i);

    default float floatAt(long i) {
        return (float) doubleAt(i);
    }

    static Elements of(ElementType type, MemorySegment bytes, ByteOrder order) {
        return switch (type) {
            case FLOAT16 -> new Floating(i -> Float.float16ToFloat(shortAt(bytes, i, order)));
            case BFLOAT16 -> new Floating(i -> Float.intBitsToFloat(shortAt(bytes, i, order) << 16));
            case FLOAT32 ->
                new Floating(i -> bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order), i * Float.BYTES));
            case FLOAT64 ->
                new Floating(i -> bytes.get(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order), i * Double.BYTES));
            case INT8 -> new Whole(i -> bytes.get(ValueLayout.JAVA_BYTE, i));
            case UINT8 -> new Whole(i -> Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, i)));
            case BOOL -> new Whole(i -> bytes.get(ValueLayout.JAVA_BYTE, i) == 0 ? 0 : 1);
            case INT16 -> new Whole(i -> shortAt(bytes, i, order));
            case UINT16 -> new Whole(i -> Short.toUnsignedInt(shortAt(bytes, i, order)));
            case INT32 -> new Whole(i -> intAt(bytes, i, order));
            case UINT32 -> new Whole(i -> Integer.toUnsignedLong(intAt(bytes, i, order)));
            case INT64 -> new Whole(i -> longAt(bytes, i, order));
            case UINT64 -> new Unsigned64(bytes, order);
            case COMPLEX64, COMPLEX128, OPAQUE, STRING -> throw new IllegalArgumentException(type + " is no number");
        };
    }

    private static short shortAt(MemorySegment bytes, long i, ByteOrder order) {
        return bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), i * Short.BYTES);
    }

    private static int intAt(MemorySegment bytes, long i, ByteOrder order) {
        return bytes.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), i * Integer.BYTES);
    }

    private static long longAt(MemorySegment bytes, long i, ByteOrder order) {
        return bytes.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), i * Long.BYTES);
    }

    /** Reads a double. */
    interface DoubleAt {
        double at(long i);
    }

    /** Reads a long. */
    interface LongAt {
        long at(long i);
    }

    /** Floating point: integers are cut towards zero. */
    record Floating(DoubleAt values) implements Elements {
        @Override
        public double doubleAt(long i) {
            return values.at(i);
        }

        @Override
        public long longAt(long i) {
            return (long) values.at(i);
        }
    }

    /** Integers that fit a long. */
    record Whole(LongAt values) implements Elements {
        @Override
        public double doubleAt(long i) {
            return values.at(i);
        }

        @Override
        public float floatAt(long i) {
            return values.at(i); // straight from long: by way of double it would round twice
        }

        @Override
        public long longAt(long i) {
            return values.at(i);
        }
    }

    /** Unsigned 64-bit, the one type that no Java number holds. */
    record Unsigned64(MemorySegment bytes, ByteOrder order) implements Elements {
        @Override
        public double doubleAt(long i) {
            long bits = Elements.longAt(bytes, i, order);
            // Halve with the lost bit kept sticky, so that the doubled value is rounded once.
            return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
        }

        @Override
        public float floatAt(long i) {
            long bits = Elements.longAt(bytes, i, order);
            return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2f;
        }

        @Override
        public long longAt(long i) {
            long bits = Elements.longAt(bytes, i, order);
            if (bits < 0) {
                throw new ModelFormatException(
                        "value %s does not fit a signed 64-bit integer".formatted(Long.toUnsignedString(bits)));
            }
            return bits;
        }
    }
}
