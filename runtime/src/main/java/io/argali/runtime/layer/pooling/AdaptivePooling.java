package io.argali.runtime.layer.pooling;

import io.argali.runtime.layer.DataFormat;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.Spatial;
import io.argali.runtime.layer.UnaryLayer;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the poolings to a given size share (keras/src/layers/pooling/base_adaptive_pooling.py). Output i of an axis covers the inputs
 * {@code [⌊i·n/m⌋, ⌈(i+1)·n/m⌉)}; one axis after the other, so that an average is one of averages.
 */
interface AdaptivePooling extends UnaryLayer {
    /** The number of spatial axes. */
    int spatialRank();

    /** Whether the greatest element is taken; otherwise the average. */
    boolean isMax();

    List<Integer> outputSize();

    DataFormat dataFormat();

    @Override
    default Value call(Scope scope, Value input) {
        int rank = spatialRank();
        if (input.rank() != rank + 2)
            throw new ShapeException("expected an input of rank " + (rank + 2) + ", got " + input.type());
        Value x = dataFormat().toChannelsLast(input);
        List<Integer> size = Spatial.perAxis(outputSize(), rank);
        for (int i = 0; i < rank; i++) x = pool(x, i, size.get(i));
        return dataFormat().fromChannelsLast(x);
    }

    private Value pool(Value x, int spatialAxis, int outputs) {
        int n = x.shape().dim(spatialAxis + 1);
        if (n % outputs == 0) return windows(x, spatialAxis, n / outputs, n / outputs);
        // Windows have one of two lengths: pool with both at every place, then pick.
        int small = (n + outputs - 1) / outputs;
        Value shorter = windows(x, spatialAxis, small, 1);
        Value all = small + 1 > n
                ? shorter
                : Value.concat(spatialAxis + 1, List.of(shorter, windows(x, spatialAxis, small + 1, 1)));
        int[] picks = new int[outputs];
        for (int i = 0; i < outputs; i++) {
            int start = i * n / outputs, end = ((i + 1) * n + outputs - 1) / outputs;
            picks[i] = end - start == small ? start : start + n - small + 1;
        }
        return all.gather(Value.constant(Tensor.of(picks, outputs)), spatialAxis + 1);
    }

    private Value windows(Value x, int spatialAxis, int length, int stride) {
        List<Integer> ones = Collections.nCopies(spatialRank(), 1), zeros = Collections.nCopies(spatialRank(), 0);
        List<Integer> size = new ArrayList<>(ones), strides = new ArrayList<>(ones);
        size.set(spatialAxis, length);
        strides.set(spatialAxis, stride);
        return x.pool(isMax(), List.copyOf(size), new Op.Window(List.copyOf(strides), ones, zeros, zeros));
    }
}
