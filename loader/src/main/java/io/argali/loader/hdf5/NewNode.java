package io.argali.loader.hdf5;

import java.util.ArrayList;
import java.util.List;

/** A group or dataset to be written. */
abstract sealed class NewNode permits NewGroup, NewDataset {
    final List<NewAttribute> attributes = new ArrayList<>();
}
