package io.argali.converters.savedmodel;

import io.argali.loader.ArrayData;
import io.argali.loader.ModelFormatException;
import java.lang.foreign.MemorySegment;

/** Parts of arrays, as TensorFlow writes them: {@code "4 2 0,2:-"} is rows 0 and 1 of a (4, 2) matrix. */
final class Slices {
    private Slices() {}

    static ArrayData part(String label, ArrayData whole, String spec) {
        String[] words = spec.strip().split(" ");
        String[] axes = words[words.length - 1].split(":");
        long[] shape = whole.shape(), start = new long[shape.length], length = shape.clone();
        try {
            if (axes.length != shape.length) throw new NumberFormatException();
            for (int i = 0; i < shape.length; i++) {
                if (axes[i].equals("-")) continue;
                String[] pair = axes[i].split(",");
                start[i] = Long.parseLong(pair[0]);
                length[i] = Long.parseLong(pair[1]);
                if (start[i] < 0 || length[i] < 0 || start[i] + length[i] > shape[i]) throw new NumberFormatException();
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new ModelFormatException(label + ": \"" + spec + "\" is no part of " + whole, e);
        }
        long n = 1;
        for (long d : length) n *= d;
        int bytes = whole.elementBytes();
        byte[] r = new byte[Math.toIntExact(n * bytes)];
        MemorySegment target = MemorySegment.ofArray(r);
        long row = shape.length == 0 ? 1 : length[shape.length - 1];
        for (long k = 0; row > 0 && k < n / row; k++) {
            long left = k, at = start[shape.length - 1], stride = shape[shape.length - 1];
            for (int i = shape.length - 2; i >= 0; i--) {
                at += (start[i] + left % length[i]) * stride;
                left /= length[i];
                stride *= shape[i];
            }
            MemorySegment.copy(whole.bytes(), at * bytes, target, k * row * bytes, row * bytes);
        }
        return ArrayData.of(whole.type(), length, target, whole.order());
    }
}
