package io.argali.loader;

/** What one element of an {@link ArrayData} is, and how many bytes it takes in the file. */
public enum ElementType {
    FLOAT16(2),
    /** The upper half of a float32. HDF5 and numpy have no such type: Keras stores it as two opaque bytes. */
    BFLOAT16(2),
    FLOAT32(4),
    FLOAT64(8),
    INT8(1),
    UINT8(1),
    INT16(2),
    UINT16(2),
    INT32(4),
    UINT32(4),
    INT64(8),
    UINT64(8),
    /** One byte, zero or not. */
    BOOL(1),
    /** Two float32: real, imaginary. */
    COMPLEX64(8),
    /** Two float64: real, imaginary. */
    COMPLEX128(16),
    /** Bytes without meaning to us; {@link ArrayData#elementBytes()} says how many. */
    OPAQUE(0),
    /** Text, decoded. */
    STRING(0);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes an element; 0 where that depends on the array (OPAQUE) or means nothing (STRING). */
    public int bytes() {
        return bytes;
    }

    /** FLOAT16, BFLOAT16, FLOAT32 or FLOAT64. */
    public boolean isFloating() {
        return switch (this) {
            case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> true;
            default -> false;
        };
    }

    /** A signed or unsigned integer; BOOL is none. */
    public boolean isInteger() {
        return switch (this) {
            case INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64 -> true;
            default -> false;
        };
    }

    /** A type with a value on the number line: floating, integer or BOOL (0 and 1). */
    public boolean isNumber() {
        return isFloating() || isInteger() || this == BOOL;
    }
}
