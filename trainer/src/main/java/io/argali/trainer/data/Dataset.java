package io.argali.trainer.data;

import java.util.Iterator;

/** Where batches come from: arrays in memory, or a stream of any length. */
public interface Dataset {
    /** Returned by {@link #batches} where it is not known. */
    int UNKNOWN = -1;

    /** The batches of an epoch, from 0. */
    Iterator<Batch> epoch(int epoch);

    /** How many batches an epoch has; {@link #UNKNOWN} for a stream. */
    int batches();
}
