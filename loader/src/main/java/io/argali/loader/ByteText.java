package io.argali.loader;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Bytes as text that keeps them all: TensorFlow's strings are bytes. What is no UTF-8 becomes lone surrogates U+DC80 to U+DCFF, one for each byte, as
 * Python's {@code surrogateescape} has it. {@code StringHash.bytes} is the way back.
 */
public final class ByteText {
    private static final int ESCAPE = 0xDC00;

    private ByteText() {}

    /** The text of some bytes. */
    public static String of(byte[] bytes) {
        return of(bytes, bytes.length);
    }

    /** The text of the first bytes. */
    public static String of(byte[] bytes, int length) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
        CharBuffer out = CharBuffer.allocate(length);
        for (CoderResult r = decoder.decode(in, out, true); r.isMalformed(); r = decoder.decode(in, out, true)) {
            for (int i = 0; i < r.length(); i++) out.put((char) (ESCAPE + (in.get() & 0xff)));
        }
        return out.flip().toString();
    }
}
