package io.argali.loader.tensorbundle;

import io.argali.loader.ModelFormatException;
import java.nio.ByteBuffer;
import java.util.function.Function;

/** Whole numbers in seven bits a byte, the lowest first. */
final class Varint {
    private Varint() {}

    static long read(ByteBuffer from, Function<String, ModelFormatException> broken) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (!from.hasRemaining()) break;
            byte b = from.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) return value;
        }
        throw broken.apply("has a number without an end");
    }
}
