package io.argali.loader.hdf5;

/** A group or a dataset. */
public sealed interface Node permits Group, Dataset {
    /** From the root: {@code /layers/dense/vars/0}. */
    String path();

    Attributes attributes();
}
