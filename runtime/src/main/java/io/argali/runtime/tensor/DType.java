package io.argali.runtime.tensor;

import java.util.Locale;

/** The element types of tensors, with Keras' names. */
public enum DType {
    FLOAT16(Storage.FLOATS, 2),
    BFLOAT16(Storage.FLOATS, 2),
    /** 4 bits of exponent, 3 of mantissa; no infinities. What is computed in it only passes through. */
    FLOAT8_E4M3FN(Storage.FLOATS, 1),
    /** 5 bits of exponent, 2 of mantissa. */
    FLOAT8_E5M2(Storage.FLOATS, 1),
    FLOAT32(Storage.FLOATS, 4),
    FLOAT64(Storage.DOUBLES, 8),
    INT8(Storage.INTS, 1),
    INT16(Storage.INTS, 2),
    INT32(Storage.INTS, 4),
    INT64(Storage.LONGS, 8),
    UINT8(Storage.INTS, 1),
    UINT16(Storage.INTS, 2),
    UINT32(Storage.LONGS, 4),
    /** Held modulo 2⁶⁴ in a signed long. */
    UINT64(Storage.LONGS, 8),
    /** 0 or 1 in a byte. */
    BOOL(Storage.BYTES, 1),
    STRING(Storage.STRINGS, 0);

    /** The Java array that holds the elements. Half precisions compute as floats that are rounded after every operation. */
    public enum Storage {
        FLOATS,
        DOUBLES,
        INTS,
        LONGS,
        BYTES,
        STRINGS
    }

    private final Storage storage;
    private final int bytes;

    DType(Storage storage, int bytes) {
        this.storage = storage;
        this.bytes = bytes;
    }

    /** The Java array type of the elements. */
    public Storage storage() {
        return storage;
    }

    /** Bytes an element takes in a file; 0 for strings. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloating() {
        return storage == Storage.FLOATS || storage == Storage.DOUBLES;
    }

    /** Signed or unsigned integer; not bool. */
    public boolean isInteger() {
        return storage == Storage.INTS || storage == Storage.LONGS;
    }

    public boolean isUnsigned() {
        return this == UINT8 || this == UINT16 || this == UINT32 || this == UINT64;
    }

    /** Keras' name: {@code float32}, {@code bool} … */
    public String kerasName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The type that Keras calls by this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static DType of(String kerasName) {
        return switch (kerasName) {
            case "half" -> FLOAT16;
            case "float" -> FLOAT32;
            case "double" -> FLOAT64;
            case "int" -> INT32;
            case "str" -> STRING;
            default -> {
                for (DType t : values()) if (t.kerasName().equals(kerasName)) yield t;
                throw new IllegalArgumentException("unknown dtype \"" + kerasName + "\"");
            }
        };
    }

    /** The value that an element of this floating type can hold next to x: x rounded to half precision, or x itself. */
    public float round(float x) {
        return switch (this) {
            case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(x));
            case BFLOAT16 -> roundToBfloat16(x);
            case FLOAT8_E4M3FN -> roundToFloat8(x, 3, -6, 448, Float.NaN);
            case FLOAT8_E5M2 -> roundToFloat8(x, 2, -14, 57344, Float.POSITIVE_INFINITY);
            default -> x;
        };
    }

    /** The value that an element of this integer type holds after x overflowed into it. */
    public int wrap(int x) {
        return switch (this) {
            case INT8 -> (byte) x;
            case UINT8 -> x & 0xff;
            case INT16 -> (short) x;
            case UINT16 -> x & 0xffff;
            default -> x;
        };
    }

    /** As {@link #wrap(int)}, for the types held in longs. */
    public long wrap(long x) {
        return this == UINT32 ? x & 0xffff_ffffL : x;
    }

    private static float roundToBfloat16(float x) {
        if (Float.isNaN(x)) return x;
        int bits = Float.floatToRawIntBits(x);
        int rounded = bits + 0x7fff + ((bits >>> 16) & 1); // ties to even
        return Float.intBitsToFloat(rounded & 0xffff_0000);
    }

    /**
     * @param mantissa bits of it that are stored
     * @param least the exponent of the least number that is not denormal
     * @param beyond what takes the place of what rounds to more than the largest
     */
    private static float roundToFloat8(float x, int mantissa, int least, float largest, float beyond) {
        if (Float.isNaN(x) || x == 0) return x;
        float unit = Math.scalb(1f, Math.max(Math.getExponent(x), least) - mantissa);
        double rounded = Math.rint(x / (double) unit) * unit;
        return Math.abs(rounded) <= largest ? (float) rounded : Math.copySign(beyond, x);
    }
}
