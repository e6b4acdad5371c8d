/**
 * Values as files hold them, and what all readers share.
 *
 * <p>{@link io.argali.loader.ArrayData} is an array in a file: type, shape, and the file's own bytes, mapped and not copied. It is
 * what HDF5, npy and CSV readers return, and what their writers take. {@link io.argali.loader.ModelFormatException} is how every
 * reader says, on one line, that a file is broken: file, place, what was expected, what came, and what to do.
 *
 * <p>The module knows bytes and plain values. It knows no layer, no weight name and no graph: those are the converters' business.
 * It trusts nothing that a file says. Sizes and addresses are checked against the file's end before they are used, expansion is
 * bounded by what was stored, recursion by depth, and a file that leads elsewhere is refused. A new reader keeps to that, and
 * joins {@code FuzzTest} by putting a tiny fixture into {@code src/test/python/make_fixtures.py}.
 *
 * <p>Starting matters as much as speed: most users run one prediction. Plain files are read without jhdf, its logger and databind,
 * and without the first access to a memory segment, which alone costs 20 ms ({@link io.argali.loader.bytes.LittleEndian}).
 */
package io.argali.loader;
