package io.argali.loader.hdf5;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Stored bytes, a datatype and a shape, made an array. */
final class Values {
    private final Source source;
    private final GlobalHeap heap;

    Values(Source source, GlobalHeap heap) {
        this.source = source;
        this.heap = heap;
    }

    /** Numbers stay where they are; text is decoded. {@code bytes} holds exactly the elements. */
    ArrayData of(Datatype type, long[] shape, MemorySegment bytes) {
        return switch (type.type()) {
            case STRING -> ArrayData.ofStrings(texts(type, bytes), shape);
            case OPAQUE -> ArrayData.opaque(type.bytes(), shape, bytes);
            default -> ArrayData.of(type.type(), shape, bytes, type.order());
        };
    }

    /** The dataset's shape followed by that of an array type. */
    long[] shape(Dataspace space, Datatype type) {
        long[] outer = space.shape();
        long[] inner = type.dimensions();
        long[] shape = Arrays.copyOf(outer, outer.length + inner.length);
        System.arraycopy(inner, 0, shape, outer.length, inner.length);
        return shape;
    }

    /** Bytes that shape and type ask for, or an error where that is beyond any file. */
    long byteSize(Dataspace space, Datatype type) {
        try {
            return Math.multiplyExact(space.size(), type.totalBytes());
        } catch (ArithmeticException e) {
            throw source.broken("an array of more than 2^63 bytes", e);
        }
    }

    private String[] texts(Datatype type, MemorySegment bytes) {
        long count = bytes.byteSize() / type.bytes();
        String[] texts = new String[Math.toIntExact(Math.min(count, Integer.MAX_VALUE - 8))];
        if (texts.length != count) {
            throw source.broken("%d texts in one array".formatted(count));
        }
        for (int i = 0; i < texts.length; i++) {
            MemorySegment element = bytes.asSlice((long) i * type.bytes(), type.bytes());
            texts[i] = type.text() == Datatype.Text.VARIABLE
                    ? heap.text(new Cursor(source, element))
                    : fixed(type.text(), element.toArray(ValueLayout.JAVA_BYTE));
        }
        return texts;
    }

    private static String fixed(Datatype.Text text, byte[] bytes) {
        int end = bytes.length;
        if (text == Datatype.Text.TERMINATED) {
            end = 0;
            while (end < bytes.length && bytes[end] != 0) {
                end++;
            }
        } else {
            byte padding = (byte) (text == Datatype.Text.SPACE_PADDED ? ' ' : 0);
            while (end > 0 && bytes[end - 1] == padding) {
                end--;
            }
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    static boolean isEmptyList(ArrayData array) {
        return array.size() == 0 && array.type() != ElementType.STRING;
    }
}
