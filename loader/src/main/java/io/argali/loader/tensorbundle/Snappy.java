package io.argali.loader.tensorbundle;

import io.argali.loader.ModelFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;

/** Google's Snappy: runs of plain bytes, and copies of what came before. */
final class Snappy {
    private Snappy() {}

    static ByteBuffer decompress(ByteBuffer in, int most, Function<String, ModelFormatException> broken) {
        long size = Varint.read(in, broken);
        // No copy is longer than 64 bytes, and takes at least two.
        if (size < 0 || size > most || size > 64L * in.limit())
            throw broken.apply("has a compressed block without a size");
        ByteBuffer out = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (in.hasRemaining()) step(in, out, broken);
        } catch (java.nio.BufferUnderflowException | java.nio.BufferOverflowException e) {
            throw broken.apply("has a compressed block that is cut off");
        }
        if (out.hasRemaining()) throw broken.apply("has a compressed block that is cut off");
        return out.flip();
    }

    private static void step(ByteBuffer in, ByteBuffer out, Function<String, ModelFormatException> broken) {
        int tag = in.get() & 0xff;
        switch (tag & 3) {
            case 0 -> plain(tag >>> 2, in, out, broken);
            case 1 -> copy((tag >>> 2 & 7) + 4, (tag >>> 5) << 8 | in.get() & 0xff, out, broken);
            case 2 -> copy((tag >>> 2) + 1, in.getShort() & 0xffff, out, broken);
            default -> copy((tag >>> 2) + 1, in.getInt(), out, broken);
        }
    }

    private static void plain(int code, ByteBuffer in, ByteBuffer out, Function<String, ModelFormatException> broken) {
        int length = code;
        if (code >= 60) {
            length = 0;
            for (int i = 0; i < code - 59; i++) length |= (in.get() & 0xff) << 8 * i;
        }
        length++;
        if (length <= 0 || length > in.remaining()) throw broken.apply("has a compressed block that is cut off");
        out.put(in.slice(in.position(), length));
        in.position(in.position() + length);
    }

    private static void copy(int length, int back, ByteBuffer out, Function<String, ModelFormatException> broken) {
        int from = out.position() - back;
        if (back <= 0 || from < 0) throw broken.apply("has a compressed block that copies from nowhere");
        for (int i = 0; i < length; i++) out.put(out.get(from + i));
    }
}
