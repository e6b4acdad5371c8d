package io.argali.loader.hdf5;

import io.argali.loader.ArrayData;

/** An attribute to be written. */
record NewAttribute(String name, ArrayData value, TextType text) {}
