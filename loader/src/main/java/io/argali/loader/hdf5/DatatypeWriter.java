package io.argali.loader.hdf5;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import java.nio.charset.StandardCharsets;

/** Datatype messages as h5py's are (specification IV.A.2.d). */
final class DatatypeWriter {
    /** Length, collection, index. */
    static final int REFERENCE = 16;

    private DatatypeWriter() {}

    /** How many bytes an element takes in a file; of text, its reference. */
    static int bytes(ElementType type) {
        return type == ElementType.STRING ? REFERENCE : type.bytes();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] message(ElementType type) {
        ByteWriter w = new ByteWriter();
        int bytes = type.bytes();
        switch (type) {
            case FLOAT16 -> floating(w, bytes, 10, 15);
            case FLOAT32 -> floating(w, bytes, 23, 127);
            case FLOAT64 -> floating(w, bytes, 52, 1023);
            case INT8, INT16, INT32, INT64 -> integer(w, bytes, true);
            case UINT8, UINT16, UINT32, UINT64 -> integer(w, bytes, false);
            case BFLOAT16 -> w.u8(0x15).zeros(3).u32(bytes); // opaque, no tag
            case BOOL -> {
                w.u8(0x18).u16(2).u8(0).u32(1);
                integer(w, 1, true);
                w.ascii("FALSE\0\0\0").ascii("TRUE\0\0\0\0").u8(0).u8(1);
            }
            default ->
                throw new IllegalArgumentException("HDF5 files with arrays of type " + type + " are not written");
        }
        return w.toArray();
    }

    static byte[] text(TextType type, ArrayData value) {
        ByteWriter w = new ByteWriter();
        if (type == TextType.FIXED) {
            return w.u8(0x13).u8(1).u16(0).u32(longest(value)).toArray();
        }
        w.u8(0x19).u8(1).u8(type == TextType.UTF8 ? 1 : 0).u8(0).u32(REFERENCE);
        integer(w, 1, false);
        return w.toArray();
    }

    static int longest(ArrayData texts) {
        int longest = 1;
        for (String text : texts.toStrings()) {
            longest = Math.max(longest, utf8(text).length);
        }
        return longest;
    }

    private static void integer(ByteWriter w, int bytes, boolean signed) {
        w.u8(0x10).u8(signed ? 8 : 0).u16(0).u32(bytes);
        w.u16(0).u16(8 * bytes); // offset, precision
    }

    private static void floating(ByteWriter w, int bytes, int mantissa, int bias) {
        int bits = 8 * bytes;
        w.u8(0x11).u8(0x20).u8(bits - 1).u8(0).u32(bytes); // the mantissa's first bit is implied; the sign is the last
        w.u16(0)
                .u16(bits)
                .u8(mantissa)
                .u8(bits - 1 - mantissa)
                .u8(0)
                .u8(mantissa)
                .u32(bias);
    }
}
