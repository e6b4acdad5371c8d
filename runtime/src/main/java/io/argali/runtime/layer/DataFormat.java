package io.argali.runtime.layer;

import io.argali.runtime.op.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Where the channels of an image stand; Keras' {@code data_format}. Operations are channels last; layers transpose around them. */
public enum DataFormat {
    /** (batch, spatial…, channels). */
    CHANNELS_LAST,
    /** (batch, channels, spatial…). */
    CHANNELS_FIRST;

    /** The axis of the channels of a value of some rank. */
    public int channelAxis(int rank) {
        return this == CHANNELS_LAST ? rank - 1 : 1;
    }

    /** The first of the spatial axes, which follow one another. */
    public int firstSpatialAxis() {
        return this == CHANNELS_LAST ? 1 : 2;
    }

    /** The spatial axes of a value of some rank. */
    public int[] spatialAxes(int rank) {
        int first = firstSpatialAxis();
        return IntStream.range(first, first + rank - 2).toArray();
    }

    /** A value in this format as channels last. */
    public Value toChannelsLast(Value x) {
        return this == CHANNELS_LAST ? x : x.moveAxis(1, x.rank() - 1);
    }

    /** A value that is channels last in this format. */
    public Value fromChannelsLast(Value y) {
        return this == CHANNELS_LAST ? y : y.moveAxis(y.rank() - 1, 1);
    }

    /** One entry for each axis: {@code batch}, the spatial ones and {@code channels} in this format's order. */
    public List<Integer> entries(int batch, List<Integer> spatial, int channels) {
        List<Integer> r = new ArrayList<>(spatial);
        r.add(this == CHANNELS_LAST ? r.size() : 0, channels);
        r.add(0, batch);
        return r;
    }
}
