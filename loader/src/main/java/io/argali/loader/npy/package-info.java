/**
 * numpy's {@code .npy} ({@link io.argali.loader.npy.Npy}) and {@code .npz} ({@link io.argali.loader.npy.Npz}), read and written
 * (numpy/lib/format.py). C-ordered numbers stay in the file; Fortran order costs one copy; text ({@code <U}, {@code |S}) is
 * decoded. Pickled objects are refused, since reading them would mean running them. What numpy would write of the same values, we
 * write to the byte.
 */
package io.argali.loader.npy;
