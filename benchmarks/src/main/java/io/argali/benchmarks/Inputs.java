package io.argali.benchmarks;

import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.Workers;
import java.util.Arrays;
import java.util.Random;

/** What the kernel benchmarks are fed. */
final class Inputs {
    private Inputs() {}

    static float[] random(int size) {
        Random random = new Random(size);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    static Kernels kernels(String name) {
        return name.equals("scalar") ? Kernels.scalar() : Kernels.vector();
    }

    /** One pool for all benchmarks of a size: its threads are never stopped. */
    static Workers workers(int threads) {
        return threads == Workers.shared().parallelism() ? Workers.shared() : Workers.of(threads);
    }

    /** "768x64x32" as numbers. */
    static int[] sizes(String text) {
        return Arrays.stream(text.split("x")).mapToInt(Integer::parseInt).toArray();
    }
}
