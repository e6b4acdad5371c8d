package io.argali.runtime.layer.preprocessing;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The hashes that TensorFlow takes of strings, bit by bit: {@code tf.strings.to_hash_bucket_fast} is FarmHash's Fingerprint64 (G. Pike, 2014),
 * {@code to_hash_bucket_strong} is SipHash-2-4 (Aumasson and Bernstein, 2012).
 */
public final class StringHash {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long K0 = 0xc3a5c85c97cb3127L, K1 = 0xb492b66fbe98f273L, K2 = 0x9ae16a3b2f90404fL;

    private static final int ESCAPE = 0xDC00;

    private StringHash() {}

    /** The text's UTF-8; a lone surrogate U+DC80 to U+DCFF is a byte that is none, as Python's {@code surrogateescape} has it. */
    public static byte[] bytes(String text) {
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        if (text.chars().noneMatch(StringHash::isLowSurrogate)) return plain;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        text.codePoints().forEach(c -> {
            if (c > ESCAPE && c <= ESCAPE + 0xff) out.write(c - ESCAPE);
            else out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
        });
        return out.toByteArray();
    }

    private static boolean isLowSurrogate(int c) {
        return Character.isLowSurrogate((char) c);
    }

    /** Fingerprint64 of the text's UTF-8. */
    public static long fingerprint(String s) {
        return fingerprint(bytes(s));
    }

    public static long fingerprint(byte[] s) {
        int n = s.length;
        if (n <= 16) return upTo16(s, n);
        if (n <= 32) return upTo32(s, n);
        if (n <= 64) return upTo64(s, n);
        return longer(s, n);
    }

    private static long upTo16(byte[] s, int n) {
        long mul = K2 + n * 2L;
        if (n >= 8) {
            long a = fetch(s, 0) + K2, b = fetch(s, n - 8);
            long c = Long.rotateRight(b, 37) * mul + a;
            long d = (Long.rotateRight(a, 25) + b) * mul;
            return mix(c, d, mul);
        }
        if (n >= 4) return mix(n + (fetch32(s, 0) << 3), fetch32(s, n - 4), mul);
        if (n == 0) return K2;
        int a = s[0] & 0xff, b = s[n >> 1] & 0xff, c = s[n - 1] & 0xff;
        int y = a + (b << 8), z = n + (c << 2);
        return shiftMix(y * K2 ^ z * K0) * K2;
    }

    private static long upTo32(byte[] s, int n) {
        long mul = K2 + n * 2L;
        long a = fetch(s, 0) * K1, b = fetch(s, 8), c = fetch(s, n - 8) * mul, d = fetch(s, n - 16) * K2;
        return mix(
                Long.rotateRight(a + b, 43) + Long.rotateRight(c, 30) + d, a + Long.rotateRight(b + K2, 18) + c, mul);
    }

    private static long upTo64(byte[] s, int n) {
        long mul = K2 + n * 2L;
        long a = fetch(s, 0) * K2, b = fetch(s, 8), c = fetch(s, n - 8) * mul, d = fetch(s, n - 16) * K2;
        long y = Long.rotateRight(a + b, 43) + Long.rotateRight(c, 30) + d;
        long z = mix(y, a + Long.rotateRight(b + K2, 18) + c, mul);
        long e = fetch(s, 16) * mul,
                f = fetch(s, 24),
                g = (y + fetch(s, n - 32)) * mul,
                h = (z + fetch(s, n - 24)) * mul;
        return mix(Long.rotateRight(e + f, 43) + Long.rotateRight(g, 30) + h, e + Long.rotateRight(f + a, 18) + g, mul);
    }

    private static long longer(byte[] s, int n) {
        long x = 81, y = x * K1 + 113, z = shiftMix(y * K2 + 113) * K2;
        long[] v = {0, 0}, w = {0, 0};
        x = x * K2 + fetch(s, 0);
        int end = (n - 1) / 64 * 64, last = end + ((n - 1) & 63) - 63;
        for (int at = 0; at != end; at += 64) {
            x = Long.rotateRight(x + y + v[0] + fetch(s, at + 8), 37) * K1;
            y = Long.rotateRight(y + v[1] + fetch(s, at + 48), 42) * K1;
            x ^= w[1];
            y += v[0] + fetch(s, at + 40);
            z = Long.rotateRight(z + w[0], 33) * K1;
            weak(s, at, v[1] * K1, x + w[0], v);
            weak(s, at + 32, z + w[1], y + fetch(s, at + 16), w);
            long t = z;
            z = x;
            x = t;
        }
        long mul = K1 + ((z & 0xff) << 1);
        w[0] += (n - 1) & 63;
        v[0] += w[0];
        w[0] += v[0];
        x = Long.rotateRight(x + y + v[0] + fetch(s, last + 8), 37) * mul;
        y = Long.rotateRight(y + v[1] + fetch(s, last + 48), 42) * mul;
        x ^= w[1] * 9;
        y += v[0] * 9 + fetch(s, last + 40);
        z = Long.rotateRight(z + w[0], 33) * mul;
        weak(s, last, v[1] * mul, x + w[0], v);
        weak(s, last + 32, z + w[1], y + fetch(s, last + 16), w);
        return mix(mix(v[0], w[0], mul) + shiftMix(y) * K0 + x, mix(v[1], w[1], mul) + z, mul);
    }

    private static void weak(byte[] s, int at, long a, long b, long[] result) {
        long w = fetch(s, at), x = fetch(s, at + 8), y = fetch(s, at + 16), z = fetch(s, at + 24);
        long c = a + w;
        long d = Long.rotateRight(b + c + z, 21);
        long e = c + x + y;
        result[0] = e + z;
        result[1] = d + Long.rotateRight(e, 44) + c;
    }

    private static long mix(long u, long v, long mul) {
        long a = (u ^ v) * mul;
        a ^= a >>> 47;
        long b = (v ^ a) * mul;
        b ^= b >>> 47;
        return b * mul;
    }

    private static long shiftMix(long v) {
        return v ^ v >>> 47;
    }

    private static long fetch(byte[] s, int at) {
        return (long) LONGS.get(s, at);
    }

    private static long fetch32(byte[] s, int at) {
        return (int) INTS.get(s, at) & 0xffff_ffffL;
    }

    /** TensorFlow's Hash64, MurmurHash64A with its seed. */
    public static long murmur(String text) {
        byte[] s = bytes(text);
        long m = 0xc6a4a7935bd1e995L, h = 0xDECAFCAFFEL ^ s.length * m;
        int at = 0;
        for (; at + 8 <= s.length; at += 8) {
            long k = fetch(s, at) * m;
            h = (h ^ (k ^ k >>> 47) * m) * m;
        }
        if (at < s.length) {
            long rest = 0;
            for (int i = s.length - 1; i >= at; i--) rest = rest << 8 | s[i] & 0xff;
            h = (h ^ rest) * m;
        }
        h = (h ^ h >>> 47) * m;
        return h ^ h >>> 47;
    }

    /** The hash of hashes that crosses features; TensorFlow's FingerprintCat64. */
    public static long concatenated(long first, long second) {
        long mul = 0xc6a4a7935bd1e995L;
        long r = first ^ mul;
        r ^= shiftMix(second * mul) * mul;
        r *= mul;
        r = shiftMix(r) * mul;
        return shiftMix(r);
    }

    /** SipHash-2-4 of the text's UTF-8. */
    public static long sip(String s, long key0, long key1) {
        byte[] b = bytes(s);
        long[] v = {
            key0 ^ 0x736f6d6570736575L,
            key1 ^ 0x646f72616e646f6dL,
            key0 ^ 0x6c7967656e657261L,
            key1 ^ 0x7465646279746573L
        };
        int whole = b.length / 8 * 8;
        for (int at = 0; at < whole; at += 8) absorb(v, fetch(b, at));
        long last = (long) b.length << 56;
        for (int i = whole; i < b.length; i++) last |= (b[i] & 0xffL) << 8 * (i - whole);
        absorb(v, last);
        v[2] ^= 0xff;
        for (int i = 0; i < 4; i++) round(v);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void absorb(long[] v, long word) {
        v[3] ^= word;
        round(v);
        round(v);
        v[0] ^= word;
    }

    private static void round(long[] v) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = Long.rotateLeft(v[1], 13) ^ v[0];
        v[3] = Long.rotateLeft(v[3], 16) ^ v[2];
        v[0] = Long.rotateLeft(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = Long.rotateLeft(v[1], 17) ^ v[2];
        v[3] = Long.rotateLeft(v[3], 21) ^ v[0];
        v[2] = Long.rotateLeft(v[2], 32);
    }
}
