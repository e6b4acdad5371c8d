package io.argali.runtime.plan;

import io.argali.runtime.op.Op;
import java.util.SplittableRandom;

/** Draws numbers from a seed: the same seed gives the same numbers on every machine. */
record RandomStep(Op.Random op, Buffer seed, Buffer out) implements Step {
    @Override
    public Runnable bind(Workspace w) {
        return () -> {
            long[] s = (long[]) seed.array(w);
            SplittableRandom r = new SplittableRandom(s[seed.offset()] * 0x9E37_79B9_7F4A_7C15L + s[seed.offset() + 1]);
            float[] y = out.floats(w);
            for (int i = 0; i < out.size; i++) {
                y[out.offset() + i] = op.normal() ? (float) r.nextGaussian() : (r.nextInt() >>> 8) * 0x1p-24f;
            }
        };
    }
}
