package io.argali.loader.hdf5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What we write, we read; that h5py and HDF5's tools read it too is for write_check.py. */
class Hdf5WriterTest {
    @TempDir
    Path folder;

    private Path path;
    private final Hdf5Writer writer = new Hdf5Writer();
    private final NewGroup root = writer.root();

    @BeforeEach
    void name() {
        path = folder.resolve("x.h5");
    }

    private Group written() {
        writer.write(path);
        return Hdf5File.open(path).root();
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"COMPLEX64", "COMPLEX128", "OPAQUE", "STRING"})
    void everyNumberTypeComesBack(ElementType type) {
        root.dataset("group/some", ArrayData.ofFloats(type, new float[] {0, 1, 1, 0, 1, 0}, 2, 3));
        root.dataset("group/none", ArrayData.ofFloats(type, new float[0], 0, 3));
        root.dataset("scalar", ArrayData.ofFloats(type, new float[] {1}));
        Group read = written();
        assertEquals(type, read.dataset("group/some").type());
        assertArrayEquals(
                new float[] {0, 1, 1, 0, 1, 0},
                read.dataset("group/some").data().toFloats());
        assertArrayEquals(new long[] {0, 3}, read.dataset("group/none").shape());
        assertEquals(1, read.dataset("scalar").data().scalar());
    }

    @Test
    void attributesOfEveryKindComeBack() {
        String config = "{\"ä\": 1}".repeat(150_000); // more than a megabyte
        root.attribute("model_config", config, TextType.UTF8);
        root.attribute("empty text", "", TextType.ASCII);
        root.attribute("numbers", ArrayData.ofDoubles(new double[] {1.5, -2}, 1, 2), TextType.UTF8);
        root.attribute("flag", ArrayData.ofBooleans(new boolean[] {true}), TextType.UTF8);
        root.attribute("names", List.of("a", "", "longer"));
        root.attribute("none", List.of());
        root.attribute("fixed", ArrayData.ofStrings(new String[] {"ab", "c"}, 2), TextType.FIXED);
        root.attribute("naïve", "café", TextType.UTF8);
        Attributes read = written().attributes();
        assertEquals(config, read.text("model_config"));
        assertEquals("", read.text("empty text"));
        assertArrayEquals(new double[] {1.5, -2}, read.get("numbers").toDoubles());
        assertEquals(ElementType.BOOL, read.get("flag").type());
        assertEquals(List.of("a", "", "longer"), read.texts("names"));
        assertEquals(ElementType.FLOAT64, read.get("none").type());
        assertEquals(List.of(), read.texts("none"));
        assertEquals(List.of("ab", "c"), read.texts("fixed"));
        assertEquals("café", read.text("naïve"));
    }

    @Test
    void longListsAreCutAsKerasCutsThem() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            names.add("a_layer_with_a_rather_long_name_" + i);
        }
        root.attribute("layer_names", names);
        Attributes read = written().attributes();
        assertTrue(read.has("layer_names0") && read.has("layer_names1") && !read.has("layer_names"));
        assertEquals(names, read.texts("layer_names"));
    }

    @Test
    void anAttributeBeyondHdf5sLimitIsRefused() {
        root.attribute("numbers", ArrayData.ofDoubles(new double[9000], 9000), TextType.UTF8);
        assertThrows(IllegalArgumentException.class, writer::size);
    }

    @Test
    void groupsOfAnySizeAndDepthComeBack() {
        for (int i = 0; i < 3000; i++) { // three levels of tree nodes
            root.dataset("many/layer_" + i + "/vars/0", ArrayData.ofInts(new int[] {i}, 1));
        }
        String deep = "deep" + "/d".repeat(60);
        root.dataset(deep + "/x", ArrayData.ofInts(new int[] {7}));
        root.group("empty");
        Group read = written();
        assertEquals(3000, read.group("many").children().size());
        for (int i = 0; i < 3000; i += 7) {
            assertEquals(i, read.dataset("many/layer_" + i + "/vars/0").data().scalar());
        }
        assertEquals(7, read.dataset(deep + "/x").data().scalar());
        assertEquals(0, read.group("empty").children().size());
    }

    @Test
    void bigEndianValuesAreTurned() {
        byte[] bytes = ByteBuffer.allocate(8).putFloat(1).putFloat(2).array();
        root.dataset(
                "x",
                ArrayData.of(ElementType.FLOAT32, new long[] {2}, MemorySegment.ofArray(bytes), ByteOrder.BIG_ENDIAN));
        ArrayData read = written().dataset("x").data();
        assertEquals(ByteOrder.LITTLE_ENDIAN, read.order());
        assertArrayEquals(new float[] {1, 2}, read.toFloats());
    }

    @Test
    void theSameContentGivesTheSameBytes() throws IOException {
        root.dataset("a/x", ArrayData.ofFloats(new float[] {1, 2, 3}, 3));
        root.attribute("name", "x", TextType.UTF8);
        writer.write(path);
        byte[] first = Files.readAllBytes(path);
        writer.write(path);
        assertArrayEquals(first, Files.readAllBytes(path));
        assertEquals(first.length, writer.size());
    }

    @Test
    void arraysBeyondTwoGigabytesHaveTheirPlace() throws IOException {
        long bytes = 3L << 30;
        try (FileChannel sparse = FileChannel.open(
                        folder.resolve("sparse"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment huge = sparse.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
            root.dataset(
                    "huge", ArrayData.of(ElementType.FLOAT32, new long[] {3, 1 << 28}, huge, ByteOrder.LITTLE_ENDIAN));
            root.dataset("small", ArrayData.ofInts(new int[] {5}));
            long[] written = {0};
            writer.writeTo(part -> written[0] += part.byteSize());
            assertEquals(writer.size(), written[0]);
            assertTrue(writer.size() > bytes);
        }
    }

    @Test
    void whatAFileCannotHoldIsRefused() {
        root.dataset("x", ArrayData.ofInts(new int[1]));
        assertThrows(IllegalArgumentException.class, () -> root.dataset("x", ArrayData.ofInts(new int[1])));
        assertThrows(IllegalArgumentException.class, () -> root.group("x/y"));
        root.dataset("y", ArrayData.opaque(3, new long[] {1}, MemorySegment.ofArray(new byte[3])));
        assertThrows(IllegalArgumentException.class, writer::size);
    }
}
