package io.argali.loader.npy;

import io.argali.loader.ArrayData;
import io.argali.loader.archive.Archive;
import io.argali.loader.archive.ZipArchive;
import io.argali.loader.archive.ZipWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Named numpy arrays in a zip, as {@code numpy.savez} and {@code savez_compressed} write them. */
public final class Npz {
    private Npz() {}

    /** Reads all arrays, in the file's order; of stored ones the values stay in the file. */
    public static Map<String, ArrayData> read(Path path) {
        return parse(ZipArchive.open(path));
    }

    /** Reads the arrays of an archive that is open already. */
    public static Map<String, ArrayData> parse(Archive archive) {
        Map<String, ArrayData> arrays = new LinkedHashMap<>();
        for (String member : archive.names()) {
            String name = member.endsWith(".npy") ? member.substring(0, member.length() - 4) : member;
            arrays.put(name, Npy.parse(archive.label() + ": " + name, archive.open(member)));
        }
        return arrays;
    }

    /** Writes arrays uncompressed, as {@code numpy.savez} does. */
    public static void write(Path path, Map<String, ArrayData> arrays) {
        try (ZipWriter zip = new ZipWriter(path)) {
            arrays.forEach((name, array) -> zip.add(name + ".npy", Npy.format(array)));
        }
    }

    /** Writes arrays compressed, as {@code numpy.savez_compressed} does. */
    public static void writeCompressed(Path path, Map<String, ArrayData> arrays) {
        try (ZipWriter zip = new ZipWriter(path)) {
            arrays.forEach((name, array) -> zip.addDeflated(name + ".npy", Npy.format(array)));
        }
    }
}
