package io.argali.loader.hdf5;

/** How text is stored. */
public enum TextType {
    /** Of variable length, UTF-8: what h5py makes of {@code str}. */
    UTF8,
    /** Of variable length, called ASCII: what h5py makes of {@code bytes}, whatever is in them. */
    ASCII,
    /** Of the longest text's length, padded with zeros: what h5py makes of numpy's {@code S}. */
    FIXED
}
