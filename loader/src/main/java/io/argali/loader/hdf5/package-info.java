/**
 * HDF5 files ({@link io.argali.loader.hdf5.Hdf5File}): groups, attributes, datasets, read where they lie in memory; and a writer.
 *
 * <p><b>What we read, and what jhdf reads.</b> Everything that Keras writes is read here: superblocks, object headers, symbol
 * tables and link messages, attributes, text in the global heap, contiguous and compact data. jhdf's data structures read the rest:
 * dense links and attributes (fractal heaps, B-trees of version 2), the five kinds of chunk index, and the filters
 * ({@code DenseStorage}, {@code ChunkIndex}, {@code Filters}). They work on our bytes through
 * {@link io.jhdf.storage.HdfBackingStorage}, behind our own checks.
 *
 * <p>jhdf's {@code HdfFile} is not used, for what was measured of 0.13.0: opaque bfloat16 without a tag, as Keras stores it, fails
 * and takes its whole group along; 16-bit floats of bfloat16 layout come out wrong; datasets and buffers end at 2 GiB; a short read
 * leaves wrong bytes; fill values and the chunks' filter masks are ignored; the Fletcher checksum is not verified; chunks inflate
 * without a bound; empty arrays lose their type. And a group's children are parsed at once: in a fresh JVM the small model that is
 * read here in 20 ms takes jhdf 55, ResNet50 with 322 datasets 45 against 90.
 *
 * <p><b>Writing</b> ({@link io.argali.loader.hdf5.Hdf5Writer}) is all ours: jhdf's writer overwrites groups that lie behind the last dataset,
 * breaks attributes beyond 59 kB without a word, and has no 16-bit floats, booleans, empty arrays or texts of variable length. Ours writes what
 * h5py does by default, as a {@link io.argali.loader.Content}: a member of a zip as well as a file.
 *
 * <p>A new feature of the format goes where its message is parsed ({@code Datatype}, {@code Layout}, {@code Link} …), with the section
 * of the <a href="https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html">specification</a> that it follows, and a
 * dataset in {@code make_fixtures.py}.
 */
package io.argali.loader.hdf5;
