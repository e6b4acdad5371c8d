package io.argali.loader.tensorbundle;

import io.argali.loader.protobuf.TensorSliceProto;
import java.nio.charset.StandardCharsets;

/** The key of a part of a partitioned array: the name and the box, in a code that sorts as they do (TensorFlow's OrderedCode). */
final class SliceKey {
    private SliceKey() {}

    static String of(String name, TensorSliceProto slice) {
        StringBuilder key = new StringBuilder();
        number(key, 0);
        text(key, name);
        number(key, slice.getExtentCount());
        for (TensorSliceProto.Extent e : slice.getExtentList()) {
            signed(key, e.getStart());
            signed(key, e.hasLength() ? e.getLength() : -1);
        }
        return key.toString();
    }

    /** The count of bytes, then the bytes, the highest first. */
    private static void number(StringBuilder key, long n) {
        int bytes = (64 - Long.numberOfLeadingZeros(n) + 7) / 8;
        key.append((char) bytes);
        for (int i = bytes - 1; i >= 0; i--) key.append((char) (n >>> 8 * i & 0xff));
    }

    /** Ends with 0, 1; what looks like it is spread. */
    private static void text(StringBuilder key, String s) {
        for (char c : s.toCharArray()) {
            key.append(c);
            if (c == 0) key.append('\u00ff');
            if (c == 0xff) key.append('\0');
        }
        key.append("\0\u0001");
    }

    /** As many leading one bits as there are bytes, then the number; all of it turned over if it is negative. */
    private static void signed(StringBuilder key, long n) {
        long magnitude = n < 0 ? ~n : n;
        int bits = 64 - Long.numberOfLeadingZeros(magnitude), bytes = bits / 7 + 1;
        byte[] code = new byte[10];
        for (int i = 0; i < 10; i++) code[i] = (byte) (i < 2 ? n >> 63 : n >>> 8 * (9 - i));
        int begin = 10 - bytes;
        int header = 0xffff << 16 - bytes & 0xffff;
        code[begin] ^= (byte) (header >>> 8);
        if (bytes > 1) code[begin + 1] ^= (byte) header;
        key.append(new String(code, begin, bytes, StandardCharsets.ISO_8859_1));
    }
}
