package io.argali.converters.export;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The elements of tensors as little-endian bytes, each type at its own width. */
public final class Bytes {
    private Bytes() {}

    /** The elements of a tensor of numbers or bools. */
    public static byte[] of(Tensor t) {
        DType type = t.dtype();
        byte[] bytes = new byte[Math.multiplyExact(t.size(), type.bytes())];
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        switch (t.array()) {
            case float[] f -> {
                switch (type) {
                    case FLOAT16 -> {
                        for (float x : f) b.putShort(Float.floatToFloat16(x));
                    }
                    case BFLOAT16 -> {
                        for (float x : f) b.putShort((short) (Float.floatToRawIntBits(x) >>> 16));
                    }
                    default -> b.asFloatBuffer().put(f);
                }
            }
            case double[] d -> b.asDoubleBuffer().put(d);
            case int[] i -> {
                switch (type.bytes()) {
                    case 1 -> {
                        for (int x : i) b.put((byte) x);
                    }
                    case 2 -> {
                        for (int x : i) b.putShort((short) x);
                    }
                    default -> b.asIntBuffer().put(i);
                }
            }
            case long[] l -> {
                if (type.bytes() == 8) b.asLongBuffer().put(l);
                else for (long x : l) b.putInt((int) x);
            }
            case byte[] x -> b.put(x);
            default -> throw new IllegalArgumentException("strings are not written as numbers");
        }
        return bytes;
    }
}
