/**
 * Zip files and folders as named members ({@link io.argali.loader.archive.Archive}), and a writer.
 *
 * <p>Keras stores the members of a {@code .keras} file without compression. The reader maps the file once and hands out slices, so
 * that weights of any size cost neither a copy nor a temporary file; {@code java.util.zip} cannot do that, because it does not tell
 * where a member lies, and the JDK's zip file system unpacks beside the original. Hence
 * {@link io.argali.loader.archive.ZipArchive}'s own reading of the directory, with zip64, data descriptors, comments and leading
 * bytes. Deflated members, which Keras does not write but users do, are inflated into memory of exactly the declared size.
 *
 * <p>Every member's CRC-32 is verified when it is opened: 7 ms for the 102 MB of ResNet50, and the only thing that notices a
 * flipped bit in a weight.
 *
 * <p>Refused, each with a message of its own: names that lead out of the archive, two members of one name, members that share
 * bytes or have two names, encryption, other methods than stored and deflated, and sizes that compression cannot reach. Members
 * beyond 64 MB may expand a hundredfold, as in Keras 3.15.
 */
package io.argali.loader.archive;
