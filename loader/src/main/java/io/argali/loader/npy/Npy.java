package io.argali.loader.npy;

import io.argali.loader.ArrayData;
import io.argali.loader.ByteText;
import io.argali.loader.ElementType;
import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import io.argali.loader.bytes.LittleEndian;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** One numpy array in a file (numpy/lib/format.py, versions 1 to 3). */
public final class Npy {
    private static final long MAGIC = 0x59504d554e93L; // \x93NUMPY
    private static final int ALIGNMENT = 64;
    private static final int STEP = 1 << 20;

    private Npy() {}

    /**
     * Maps and reads an array; the values of C-ordered numeric arrays stay in the file.
     *
     * @throws ModelFormatException if it is no npy file, cut off, or holds pickled objects
     */
    public static ArrayData read(Path path) {
        return parse(path.toString(), FileBytes.map(path));
    }

    /** Reads an array from memory; {@code where} names it in messages. */
    public static ArrayData parse(String where, MemorySegment file) {
        if (file.byteSize() < 10 || (new LittleEndian(file).i64(0) & 0xffff_ffff_ffffL) != MAGIC) {
            throw new ModelFormatException(
                    "%s: expected a numpy array (.npy), but it is %s.".formatted(where, FileBytes.kindOf(file)));
        }
        int version = new LittleEndian(file).u8(6);
        int prefix = version == 1 ? 10 : 12;
        if (version < 1 || version > 3 || file.byteSize() < prefix) {
            throw new ModelFormatException("%s: npy version %d is not known (1 to 3)".formatted(where, version));
        }
        long headerBytes = version == 1 ? new LittleEndian(file).u16(8) : new LittleEndian(file).u32(8);
        if (headerBytes > Math.min(file.byteSize() - prefix, 1 << 20)) {
            throw new ModelFormatException("%s: the npy header is cut off".formatted(where));
        }
        String text = new String(
                file.asSlice(prefix, headerBytes).toArray(ValueLayout.JAVA_BYTE),
                version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        return array(where, NpyHeader.parse(text, where), file.asSlice(prefix + headerBytes));
    }

    private static ArrayData array(String where, NpyHeader header, MemorySegment rest) {
        long size = header.size(where);
        if (header.elementBytes() == 0 && size > 0) {
            return emptyTexts(where, header, size);
        }
        if (size > 0 && size > rest.byteSize() / header.elementBytes()) {
            throw new ModelFormatException("%s: cut off: %s takes %s bytes, %d are there"
                    .formatted(where, header, size + " · " + header.elementBytes(), rest.byteSize()));
        }
        MemorySegment data = rest.asSlice(0, size * header.elementBytes());
        if (header.fortran() && header.shape().length > 1) {
            data = rowMajor(data, header);
        }
        return switch (header.kind()) {
            case 'U' -> ArrayData.ofStrings(unicode(where, data, header, size), header.shape());
            case 'S', 'a' -> ArrayData.ofStrings(bytes(where, data, header, size), header.shape());
            case 'V' -> ArrayData.opaque(header.elementBytes(), header.shape(), data);
            default -> ArrayData.of(header.numeric(where), header.shape(), data, header.order());
        };
    }

    /** {@code <U0}: text that is empty throughout takes no bytes, so that its number proves nothing. */
    private static ArrayData emptyTexts(String where, NpyHeader header, long size) {
        if (size > 1 << 20 || (header.kind() != 'U' && header.kind() != 'S' && header.kind() != 'a')) {
            throw new ModelFormatException("%s: %s elements of no size".formatted(where, size));
        }
        String[] texts = new String[(int) size];
        Arrays.fill(texts, "");
        return ArrayData.ofStrings(texts, header.shape());
    }

    /** Column-major to row-major, which is the one copy that reading numbers can cost. */
    private static MemorySegment rowMajor(MemorySegment data, NpyHeader header) {
        long[] shape = header.shape();
        int width = header.elementBytes();
        MemorySegment target = Arena.ofAuto().allocate(data.byteSize());
        long[] index = new long[shape.length];
        for (long from = 0; from < data.byteSize(); from += width) {
            long to = 0;
            for (int i = 0; i < shape.length; i++) {
                to = to * shape[i] + index[i];
            }
            MemorySegment.copy(data, from, target, to * width, width);
            for (int i = 0; i < shape.length && ++index[i] == shape[i]; i++) {
                index[i] = 0;
            }
        }
        return target;
    }

    private static String[] unicode(String where, MemorySegment data, NpyHeader header, long size) {
        String[] texts = new String[length(where, size)];
        int width = header.elementBytes() / 4;
        ValueLayout.OfInt layout = ValueLayout.JAVA_INT_UNALIGNED.withOrder(header.order());
        int[] points = new int[width];
        for (int i = 0; i < texts.length; i++) {
            MemorySegment.copy(data, layout, (long) i * header.elementBytes(), points, 0, width);
            int end = width;
            while (end > 0 && points[end - 1] == 0) {
                end--;
            }
            for (int j = 0; j < end; j++) {
                if (!Character.isValidCodePoint(points[j])) {
                    throw new ModelFormatException("%s: text %d holds no Unicode".formatted(where, i));
                }
            }
            texts[i] = new String(points, 0, end);
        }
        return texts;
    }

    private static String[] bytes(String where, MemorySegment data, NpyHeader header, long size) {
        String[] texts = new String[length(where, size)];
        for (int i = 0; i < texts.length; i++) {
            byte[] bytes = data.asSlice((long) i * header.elementBytes(), header.elementBytes())
                    .toArray(ValueLayout.JAVA_BYTE);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] == 0) {
                end--;
            }
            texts[i] = ByteText.of(bytes, end);
        }
        return texts;
    }

    private static int length(String where, long size) {
        if (size > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException("%s: %d texts in one array".formatted(where, size));
        }
        return (int) size;
    }

    // ---- writing

    /** Writes an array as {@code numpy.save} does. Bfloat16 becomes {@code V2}, the bytes, since numpy has no such type. */
    public static void write(Path path, ArrayData array) {
        try (FileChannel channel = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (MemorySegment part : format(array)) {
                for (long at = 0; at < part.byteSize(); at += STEP) {
                    ByteBuffer buffer = ByteBuffer.wrap(part.asSlice(at, Math.min(STEP, part.byteSize() - at))
                            .toArray(ValueLayout.JAVA_BYTE));
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                }
            }
        } catch (IOException e) {
            throw new ModelFormatException(path + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** Header and data, which follow one another in the file; numbers are not copied. */
    public static List<MemorySegment> format(ArrayData array) {
        if (array.type() == ElementType.STRING) {
            return formatTexts(array);
        }
        return List.of(header(descr(array), array.shape()), array.bytes());
    }

    private static String descr(ArrayData array) {
        String order = array.elementBytes() == 1 ? "|" : array.order() == ByteOrder.BIG_ENDIAN ? ">" : "<";
        return switch (array.type()) {
            case FLOAT16, FLOAT32, FLOAT64 -> order + "f" + array.elementBytes();
            case INT8, INT16, INT32, INT64 -> order + "i" + array.elementBytes();
            case UINT8, UINT16, UINT32, UINT64 -> order + "u" + array.elementBytes();
            case BOOL -> "|b1";
            case COMPLEX64, COMPLEX128 -> order + "c" + array.elementBytes();
            case BFLOAT16, OPAQUE -> "|V" + array.elementBytes();
            case STRING -> throw new IllegalArgumentException("text has a width of its own");
        };
    }

    /** numpy's {@code <U}: every text as wide as the longest, in UCS-4. */
    private static List<MemorySegment> formatTexts(ArrayData array) {
        String[] texts = array.toStrings();
        int width = 1;
        for (String text : texts) {
            width = Math.max(width, text.codePointCount(0, text.length()));
        }
        int[] points = new int[Math.multiplyExact(texts.length, width)];
        for (int i = 0; i < texts.length; i++) {
            int[] text = texts[i].codePoints().toArray();
            System.arraycopy(text, 0, points, i * width, text.length);
        }
        String order = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ">" : "<";
        return List.of(header(order + "U" + width, array.shape()), MemorySegment.ofArray(points));
    }

    /** Version 1, padded with spaces so that data begins at a multiple of 64, as numpy does for mapping. */
    private static MemorySegment header(String descr, long[] shape) {
        String dictionary = NpyHeader.format(descr, shape);
        int unpadded = 10 + dictionary.length() + 1;
        String text = dictionary + " ".repeat(-unpadded & (ALIGNMENT - 1)) + "\n";
        ByteBuffer header = ByteBuffer.allocate(10 + text.length()).order(ByteOrder.LITTLE_ENDIAN);
        header.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        header.putShort((short) text.length());
        header.put(text.getBytes(StandardCharsets.ISO_8859_1));
        return MemorySegment.ofArray(header.array());
    }
}
