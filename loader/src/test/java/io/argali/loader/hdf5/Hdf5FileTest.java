package io.argali.loader.hdf5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.loader.Fixtures;
import io.argali.loader.ModelFormatException;
import io.argali.loader.archive.Archive;
import io.argali.loader.json.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@NullUnmarked // what is missing fails the test anyway
class Hdf5FileTest {
    static Stream<String> described() {
        return Stream.concat(Fixtures.named(".h5.json").stream(), Fixtures.named(".keras.json").stream())
                .map(name -> name.substring(0, name.length() - ".json".length()));
    }

    static Hdf5File open(String name) {
        return name.endsWith(".keras")
                ? Hdf5File.of(name, Archive.open(Fixtures.of(name)).open("model.weights.h5"))
                : Hdf5File.open(Fixtures.of(name));
    }

    @ParameterizedTest
    @MethodSource("described")
    void readsWhatH5pyReads(String name) {
        Map<String, Object> expected = Json.readObject(Fixtures.of(name + ".json"));
        Group root = open(name).root();
        expected.forEach((path, description) -> {
            Map<?, ?> node = (Map<?, ?>) description;
            Node actual = path.equals("/") ? root : root.get(path);
            if (node.containsKey("shape")) {
                Dataset dataset = (Dataset) actual;
                Fixtures.assertMatches(node, dataset.data(), path);
                assertArrayEquals(dataset.data().shape(), dataset.shape(), path);
            } else {
                assertTrue(actual instanceof Group, path);
            }
            Map<?, ?> attributes = (Map<?, ?>) node.get("attributes");
            assertEquals(attributes.keySet(), actual.attributes().names(), path);
            attributes.forEach((key, value) -> Fixtures.assertMatches(
                    (Map<?, ?>) value, actual.attributes().get((String) key), path + "@" + key));
        });
    }

    @ParameterizedTest
    @MethodSource("described")
    void listsWhatH5pyLists(String name) {
        Map<String, Object> expected = Json.readObject(Fixtures.of(name + ".json"));
        int[] found = new int[1];
        walk(open(name).root(), node -> found[0]++);
        // h5py shows an object with two names once.
        int twice = open(name).root().has("a_dataset_twice") ? 1 : 0;
        assertEquals(expected.size(), found[0] - twice);
    }

    static void walk(Node node, java.util.function.Consumer<Node> visitor) {
        visitor.accept(node);
        if (node instanceof Group group) {
            group.children().forEach(name -> walk(group.get(name), visitor));
        }
    }

    @Test
    void childrenInNaturalOrderCountLikePeople() {
        Group vars = open("groups.h5").root().group("layers/dense/vars");
        assertEquals(
                List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"),
                vars.childrenInNaturalOrder());
        assertEquals(
                List.of("0", "1", "10", "11", "12"),
                vars.children().stream().limit(5).toList());
    }

    @Test
    void splitAndEmptyAttributeListsAreOneList() {
        Attributes attributes =
                open("attributes.h5").root().group("model_weights").attributes();
        assertEquals(List.of("a", "b", "c"), attributes.texts("layer_names"));
        assertEquals(List.of("dense/kernel:0", "dense/bias:0"), attributes.texts("weight_names"));
        assertEquals(List.of("a", "bé", ""), attributes.texts("variable"));
        assertEquals(List.of(), attributes.texts("empty"));
        assertEquals("2.15.0", attributes.text("keras_version"));
        assertTrue(attributes.hasTexts("layer_names"));
    }

    @Test
    void siblingsOfUntaggedBfloat16AreReadable() {
        Group vars = open("bfloat16.h5").root().group("layers/dense/vars");
        assertEquals(ElementType.BFLOAT16, vars.dataset("0").type());
        assertArrayEquals(
                new float[] {1, 2.5f, -3, 1e30f, 0, Float.POSITIVE_INFINITY},
                vars.dataset("0").data().toFloats(),
                1e28f);
        assertArrayEquals(new float[] {0, 1, 2}, vars.dataset("1").data().toFloats());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cycle         | a/back         | groups / and /a/back are one and the same
            external      | x              | /x: its data lies in another file, which is refused
            virtual       | x              | virtual datasets, which take their data from other files, are refused
            soft_link     | x              | x in / is a soft or external link, which is not followed
            external_link | x              | x in / is a soft or external link, which is not followed
            bomb          | x              | /x: it would expand to 1099511627776 bytes from a file of
            unwritten     | x              | /x: it would expand to 1099511627776 bytes from a file of
            checksum      | x              | /x: a chunk does not match its Fletcher checksum
            declared      | x              | /x: FLOAT32[1099511627776] takes 4398046511104 bytes at
            """)
    void refusesHostileFiles(String name, String path, String message) {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> {
            if (open("hostile_" + name + ".h5").root().get(path) instanceof Dataset dataset) {
                dataset.data();
            }
        });
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertTrue(e.getMessage().contains("hostile_" + name + ".h5"), e.getMessage());
    }

    @Test
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // 2^30 paths otherwise
    void refusesLinksThatMultiplyPaths() {
        Group root = open("hostile_doubling.h5").root();
        assertThrows(ModelFormatException.class, () -> walk(root, node -> {}));
    }

    @Test
    void saysWhatAFileIsThatIsNoHdf5() {
        ModelFormatException e =
                assertThrows(ModelFormatException.class, () -> Hdf5File.open(Fixtures.of("keras3.keras")));
        assertTrue(e.getMessage().endsWith("expected an HDF5 file, but it is a zip archive."), e.getMessage());
    }

    @Test
    void missingChildrenAndWrongKindsAreNamed() {
        Group root = open("groups.h5").root();
        assertTrue(assertThrows(ModelFormatException.class, () -> root.dataset("layers/nothing"))
                .getMessage()
                .contains("/ has no \"layers/nothing\"; it has [a_dataset_twice, layers]"));
        assertThrows(ModelFormatException.class, () -> root.dataset("layers"));
        assertThrows(ModelFormatException.class, () -> root.group("a_dataset_twice"));
    }

    /** HDF5's own address arithmetic goes to 2⁶³; Java's buffers end at 2³¹. The file is sparse and takes no room. */
    @Test
    void readsBeyondTwoGibibytes(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("large.h5");
        long elements = 600_000_000L;
        byte[] small = Fixtures.bytes("hostile_declared.h5"); // float32, contiguous, its size in the dataspace
        int dims = indexOf(small, new byte[] {1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) + 8;
        long data = small.length;
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(small);
            file.setLength(data + 4 * elements);
            file.seek(dims);
            file.writeLong(Long.reverseBytes(elements));
            file.seek(40); // end of file in superblock version 0
            file.writeLong(Long.reverseBytes(data + 4 * elements));
            file.seek(layoutAddress(small));
            file.writeLong(Long.reverseBytes(data));
            file.seek(data + 4 * (elements - 1));
            file.writeInt(Integer.reverseBytes(Float.floatToIntBits(42)));
        }
        ArrayData array = Hdf5File.open(path).root().dataset("x").data();
        assertEquals(elements, array.size());
        float[] last = new float[2];
        array.copyTo(last, 0, elements - 2, 2);
        assertArrayEquals(new float[] {0, 42}, last);
        assertThrows(ModelFormatException.class, array::toBytes);
    }

    /** The layout message: version 3, contiguous, address, 64 bytes. */
    private static int layoutAddress(byte[] file) {
        for (int i = 0; i < file.length - 18; i++) {
            if (file[i] == 3 && file[i + 1] == 1 && file[i + 10] == 64 && file[i + 11] == 0 && file[i + 12] == 0) {
                return i + 2;
            }
        }
        throw new AssertionError("no layout message");
    }

    private static int indexOf(byte[] file, byte[] pattern) {
        for (int i = 0; i <= file.length - pattern.length; i++) {
            if (java.util.Arrays.equals(file, i, i + pattern.length, pattern, 0, pattern.length)) {
                return i;
            }
        }
        throw new AssertionError("pattern not found");
    }

    @Test
    void emptyAndShortFilesAreNoHdf5() {
        assertThrows(ModelFormatException.class, () -> Hdf5File.of("x", MemorySegment.ofArray(new byte[0])));
        assertThrows(ModelFormatException.class, () -> Hdf5File.of("x", MemorySegment.ofArray(new byte[9])));
    }
}
