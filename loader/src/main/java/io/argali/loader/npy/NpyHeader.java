package io.argali.loader.npy;

import io.argali.loader.ElementType;
import io.argali.loader.ModelFormatException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The Python dictionary at the head of a {@code .npy} file: {@code {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }}.
 *
 * @param kind numpy's letter: f, i, u, b, c, U, S, V
 * @param elementBytes of an element in the file
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NpyHeader(char kind, int elementBytes, ByteOrder order, boolean fortran, long[] shape) {
    private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)['\"]");
    private static final Pattern FORTRAN = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([^)]*)\\)");
    private static final Pattern TYPE = Pattern.compile("([<>|=]?)([?a-zA-Z])(\\d{0,9})(\\[.*\\])?");

    static NpyHeader parse(String text, String where) {
        String descr = field(DESCR, text, where, "a plain dtype (structured arrays are not supported)");
        boolean fortran = field(FORTRAN, text, where, "fortran_order").equals("True");
        long[] shape = shape(field(SHAPE, text, where, "a shape"), where);
        Matcher type = TYPE.matcher(descr);
        if (!type.matches()) {
            throw new ModelFormatException("%s: numpy dtype \"%s\" is not understood".formatted(where, descr));
        }
        char kind = type.group(2).charAt(0);
        if (kind == 'O') {
            throw new ModelFormatException(
                    "%s: holds pickled Python objects, which are never run. Save plain arrays: astype(float) or astype(str)."
                            .formatted(where));
        }
        ByteOrder order = type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        int count = type.group(3).isEmpty() ? 1 : Integer.parseInt(type.group(3));
        return new NpyHeader(kind, elementBytes(kind, count, descr, where), order, fortran, shape);
    }

    private static int elementBytes(char kind, int count, String descr, String where) {
        return switch (kind) {
            case 'f', 'i', 'u', 'b', 'c', 'S', 'a', 'V' -> count;
            case '?' -> 1;
            case 'U' -> Math.multiplyExact(4, Math.min(count, Integer.MAX_VALUE / 4)); // UCS-4
            default ->
                throw new ModelFormatException("%s: numpy dtype \"%s\" is not supported; numbers, booleans and text are"
                        .formatted(where, descr));
        };
    }

    private static String field(Pattern pattern, String text, String where, String what) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new ModelFormatException("%s: the npy header lacks %s: %s".formatted(where, what, text.strip()));
        }
        return matcher.group(1);
    }

    private static long[] shape(String text, String where) {
        try {
            String[] parts = text.isBlank()
                    ? new String[0]
                    : text.strip().replaceFirst(",$", "").split(",");
            long[] shape = new long[parts.length];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = Long.parseLong(parts[i].strip().replaceFirst("L$", "")); // Python 2 wrote 3L
                if (shape[i] < 0) {
                    throw new NumberFormatException(parts[i]);
                }
            }
            return shape;
        } catch (NumberFormatException e) {
            throw new ModelFormatException("%s: the npy header has the shape (%s)".formatted(where, text), e);
        }
    }

    /** Number of elements; beyond a long, an error. */
    long size(String where) {
        try {
            long size = 1;
            for (long dimension : shape) {
                size = Math.multiplyExact(size, Math.max(1, dimension));
            }
            return Arrays.stream(shape).anyMatch(d -> d == 0) ? 0 : size;
        } catch (ArithmeticException e) {
            throw new ModelFormatException("%s: the npy header has a shape beyond 2^63 elements".formatted(where), e);
        }
    }

    /** The type of a numeric kind. */
    ElementType numeric(String where) {
        return switch ("" + kind + elementBytes) {
            case "f2" -> ElementType.FLOAT16;
            case "f4" -> ElementType.FLOAT32;
            case "f8" -> ElementType.FLOAT64;
            case "i1" -> ElementType.INT8;
            case "i2" -> ElementType.INT16;
            case "i4" -> ElementType.INT32;
            case "i8" -> ElementType.INT64;
            case "u1" -> ElementType.UINT8;
            case "u2" -> ElementType.UINT16;
            case "u4" -> ElementType.UINT32;
            case "u8" -> ElementType.UINT64;
            case "b1", "?1" -> ElementType.BOOL;
            case "c8" -> ElementType.COMPLEX64;
            case "c16" -> ElementType.COMPLEX128;
            default ->
                throw new ModelFormatException(
                        "%s: numpy dtype \"%s%d\" is not supported".formatted(where, kind, elementBytes));
        };
    }

    /** The dictionary as numpy writes it, keys sorted. */
    static String format(String descr, long[] shape) {
        String dimensions = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        return "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
                .formatted(descr, dimensions, shape.length == 1 ? "," : "");
    }

    @Override
    public String toString() {
        return "%c%d%s".formatted(kind, elementBytes, Arrays.toString(shape));
    }
}
