package io.argali.loader.hdf5;

import io.argali.loader.ElementType;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one element is (specification IV.A.2.d), reduced to what Keras, h5py and numpy use.
 *
 * @param type its meaning; OPAQUE where there is none, STRING for both kinds of text
 * @param bytes the size of an element in the file; of variable-length text, of the reference to the heap
 * @param text how text is stored, {@link Text#NONE} of numbers
 * @param label what to call it in messages, and the tag of an opaque type
 * @param dimensions further dimensions of an array type
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Datatype(ElementType type, int bytes, ByteOrder order, Text text, String label, long[] dimensions) {
    /** How text is stored. */
    enum Text {
        NONE,
        TERMINATED,
        NULL_PADDED,
        SPACE_PADDED,
        VARIABLE
    }

    private static final int DEEPEST = 8;

    /** Bytes of one element of the dataset: of an array type, of all its elements. */
    long totalBytes() {
        long total = bytes;
        for (long dimension : dimensions) {
            total *= dimension; // checked when it was read
        }
        return total;
    }

    Datatype asBfloat16() {
        return number(ElementType.BFLOAT16, 0);
    }

    static Datatype read(Source source, Message message) {
        return read(source, new Cursor(source, message.body()), 0);
    }

    static Datatype read(Source source, Cursor cursor, int depth) {
        if (depth > DEEPEST) {
            throw source.broken("datatypes nested deeper than " + DEEPEST);
        }
        int head = cursor.u8();
        int version = head >>> 4;
        int bits = (int) cursor.unsigned(3);
        long size = cursor.u32();
        if (size == 0 || size > Integer.MAX_VALUE - 8) {
            throw source.broken("elements of %d bytes".formatted(size));
        }
        int bytes = (int) size;
        return switch (head & 15) {
            case 0 -> integer(cursor, bits, bytes);
            case 1 -> floating(cursor, bits, bytes);
            case 3 -> text(source, bits & 15, bytes);
            case 5 -> opaque(bytes, cursor.ascii((int) Math.min(bits & 0xff, cursor.remaining())));
            case 6 -> compound(source, cursor, version, bits, bytes, depth);
            case 8 -> enumeration(source, cursor, version, bits, depth);
            case 9 -> variable(bits, bytes);
            case 10 -> array(source, cursor, version, bytes, depth);
            case 2 -> opaque(bytes, "time");
            case 4 -> opaque(bytes, "bit field");
            case 7 -> opaque(bytes, "reference");
            default -> throw source.broken("datatype class " + (head & 15));
        };
    }

    private static Datatype integer(Cursor cursor, int bits, int bytes) {
        int offset = cursor.u16();
        int precision = cursor.u16();
        boolean signed = (bits & 8) != 0;
        if (offset != 0 || precision != 8 * bytes) {
            return opaque(bytes, precision + "-bit integer");
        }
        return switch (bytes) {
            case 1 -> number(signed ? ElementType.INT8 : ElementType.UINT8, bits);
            case 2 -> number(signed ? ElementType.INT16 : ElementType.UINT16, bits);
            case 4 -> number(signed ? ElementType.INT32 : ElementType.UINT32, bits);
            case 8 -> number(signed ? ElementType.INT64 : ElementType.UINT64, bits);
            default -> opaque(bytes, precision + "-bit integer");
        };
    }

    private static Datatype floating(Cursor cursor, int bits, int bytes) {
        cursor.skip(4); // bit offset, precision: implied by what follows
        cursor.skip(1); // place of the exponent
        int exponent = cursor.u8();
        cursor.skip(1); // place of the mantissa
        int mantissa = cursor.u8();
        cursor.skip(4); // bias: implied
        boolean vax = (bits & 0x40) != 0;
        int layout = vax ? 0 : bytes << 16 | exponent << 8 | mantissa;
        return switch (layout) {
            case 2 << 16 | 5 << 8 | 10 -> number(ElementType.FLOAT16, bits);
            case 2 << 16 | 8 << 8 | 7 -> number(ElementType.BFLOAT16, bits);
            case 4 << 16 | 8 << 8 | 23 -> number(ElementType.FLOAT32, bits);
            case 8 << 16 | 11 << 8 | 52 -> number(ElementType.FLOAT64, bits);
            default -> opaque(bytes, "float of %d bytes, %d exponent bits".formatted(bytes, exponent));
        };
    }

    private static Datatype text(Source source, int padding, int bytes) {
        Text text = switch (padding) {
            case 0 -> Text.TERMINATED;
            case 1 -> Text.NULL_PADDED;
            case 2 -> Text.SPACE_PADDED;
            default -> throw source.broken("text padding " + padding);
        };
        return new Datatype(ElementType.STRING, bytes, ByteOrder.LITTLE_ENDIAN, text, "text", new long[0]);
    }

    private static Datatype variable(int bits, int bytes) {
        return (bits & 15) == 1
                ? new Datatype(ElementType.STRING, bytes, ByteOrder.LITTLE_ENDIAN, Text.VARIABLE, "text", new long[0])
                : opaque(bytes, "variable-length sequence");
    }

    /** h5py stores booleans as an 8-bit enumeration of FALSE and TRUE; any other enumeration is its numbers. */
    private static Datatype enumeration(Source source, Cursor cursor, int version, int bits, int depth) {
        Datatype base = read(source, cursor, depth + 1);
        int members = bits & 0xffff;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            names.add(memberName(cursor, version));
        }
        boolean isBoolean = base.bytes == 1 && names.equals(List.of("FALSE", "TRUE"));
        return isBoolean ? number(ElementType.BOOL, 0) : base;
    }

    /** h5py stores complex numbers as a pair of floats called r and i; any other compound is opaque. */
    private static Datatype compound(Source source, Cursor cursor, int version, int bits, int bytes, int depth) {
        int members = bits & 0xffff;
        if (members != 2) {
            return opaque(bytes, "compound");
        }
        List<Datatype> types = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            String name = memberName(cursor, version);
            if (!name.equals(i == 0 ? "r" : "i")) {
                return opaque(bytes, "compound");
            }
            cursor.skip(version >= 3 ? bytesFor(bytes) : 4); // place in the compound
            if (version == 1) {
                cursor.skip(28); // dimensions
            }
            types.add(read(source, cursor, depth + 1));
        }
        ElementType part = types.getFirst().type;
        if (part != types.getLast().type || bytes != 2 * part.bytes()) {
            return opaque(bytes, "compound");
        }
        int order = types.getFirst().order == ByteOrder.BIG_ENDIAN ? 1 : 0;
        return switch (part) {
            case FLOAT32 -> number(ElementType.COMPLEX64, order);
            case FLOAT64 -> number(ElementType.COMPLEX128, order);
            default -> opaque(bytes, "compound");
        };
    }

    private static Datatype array(Source source, Cursor cursor, int version, int bytes, int depth) {
        int rank = cursor.u8();
        if (version < 3) {
            cursor.skip(3);
        }
        long[] dimensions = new long[rank];
        for (int i = 0; i < rank; i++) {
            dimensions[i] = cursor.u32();
        }
        if (version < 3) {
            cursor.skip(4L * rank); // permutations
        }
        Datatype base = read(source, cursor, depth + 1);
        long size = base.totalBytes();
        for (long dimension : dimensions) {
            if (dimension == 0 || dimension > bytes || (size *= dimension) > bytes) {
                throw source.broken("an array type that does not fit its size");
            }
        }
        if (size != bytes) {
            throw source.broken("an array type that does not fit its size");
        }
        long[] all = Arrays.copyOf(dimensions, rank + base.dimensions.length);
        System.arraycopy(base.dimensions, 0, all, rank, base.dimensions.length);
        return new Datatype(base.type, base.bytes, base.order, base.text, base.label, all);
    }

    private static String memberName(Cursor cursor, int version) {
        long start = cursor.position();
        String name = cursor.terminated();
        if (version < 3) {
            cursor.skip(-(cursor.position() - start) & 7); // padded to eight
        }
        return name;
    }

    private static int bytesFor(int size) {
        return (32 - Integer.numberOfLeadingZeros(size) + 7) / 8;
    }

    private static Datatype number(ElementType type, int bits) {
        ByteOrder order = (bits & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        return new Datatype(type, type.bytes(), order, Text.NONE, type.toString(), new long[0]);
    }

    private static Datatype opaque(int bytes, String label) {
        return new Datatype(
                ElementType.OPAQUE, bytes, ByteOrder.LITTLE_ENDIAN, Text.NONE, label.replace("\0", ""), new long[0]);
    }
}
