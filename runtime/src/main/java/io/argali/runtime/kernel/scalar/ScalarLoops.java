package io.argali.runtime.kernel.scalar;

import java.util.Arrays;

/** The loops that take the time, written so that HotSpot turns them into vector instructions: one array written, no calls. */
final class ScalarLoops {
    private ScalarLoops() {}

    static void fill(float[] y, int offset, int n, float value) {
        Arrays.fill(y, offset, offset + n, value);
    }
}
