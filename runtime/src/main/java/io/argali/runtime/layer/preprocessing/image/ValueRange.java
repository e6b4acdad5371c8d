package io.argali.runtime.layer.preprocessing.image;

import io.argali.runtime.op.Value;
import java.util.List;

/** Values of images in other ranges. */
final class ValueRange {
    private ValueRange() {}

    /** To 0 … 255. */
    static Value toBytes(Value x, List<Double> range) {
        double low = low(range), high = high(range);
        return low == 0 && high == 255 ? x : x.subtract(low).divide(high - low).multiply(255);
    }

    /** From 0 … 255. */
    static Value fromBytes(Value x, List<Double> range) {
        double low = low(range), high = high(range);
        return low == 0 && high == 255 ? x : x.divide(255).multiply(high - low).add(low);
    }

    private static double low(List<Double> range) {
        return Math.min(range.get(0), range.get(1));
    }

    private static double high(List<Double> range) {
        return Math.max(range.get(0), range.get(1));
    }
}
