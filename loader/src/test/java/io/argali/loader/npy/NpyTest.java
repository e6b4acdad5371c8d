package io.argali.loader.npy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.loader.Fixtures;
import io.argali.loader.ModelFormatException;
import io.argali.loader.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullUnmarked // what is missing fails the test anyway
class NpyTest {
    static Stream<String> described() {
        return Json.readObject(Fixtures.of("npy.json")).keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("described")
    void readsWhatNumpyReads(String name) {
        Map<?, ?> expected =
                (Map<?, ?>) Json.readObject(Fixtures.of("npy.json")).get(name);
        Fixtures.assertMatches(expected, Npy.read(Fixtures.of(name + ".npy")), name);
    }

    /** numpy wrote these; what we write of the same values must not differ by a byte. */
    @ParameterizedTest
    @MethodSource("described")
    void writesWhatNumpyWrites(String name, @TempDir Path folder) throws IOException {
        Path written = folder.resolve("x.npy");
        ArrayData array = Npy.read(Fixtures.of(name + ".npy"));
        Npy.write(written, array);
        boolean sameForm = Set.of("fortran", "fortran_text", "bytes", "text_big", "version2", "empty")
                .contains(name);
        if (!sameForm) {
            assertArrayEquals(Fixtures.bytes(name + ".npy"), Files.readAllBytes(written));
        }
        Map<?, ?> expected =
                (Map<?, ?>) Json.readObject(Fixtures.of("npy.json")).get(name);
        Fixtures.assertMatches(expected, Npy.read(written), name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "compressed.npz"})
    void readsArchives(String name) {
        Map<String, ArrayData> arrays = Npz.read(Fixtures.of(name));
        assertEquals(Set.of("x", "y/z"), arrays.keySet());
        assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, arrays.get("x").toFloats());
        assertArrayEquals(new String[] {"a", "b"}, arrays.get("y/z").toStrings());
    }

    @Test
    void writesArchives(@TempDir Path folder) {
        Map<String, ArrayData> arrays = new LinkedHashMap<>();
        arrays.put("dense", ArrayData.ofFloats(new float[] {1, 2, 3, 4}, 2, 2));
        arrays.put("text", ArrayData.ofStrings(new String[] {"é𝄞", ""}, 2));
        arrays.put("half", ArrayData.ofFloats(ElementType.FLOAT16, new float[] {1.5f}, 1));
        Npz.write(folder.resolve("a.npz"), arrays);
        Npz.writeCompressed(folder.resolve("b.npz"), arrays);
        for (String name : new String[] {"a.npz", "b.npz"}) {
            Map<String, ArrayData> read = Npz.read(folder.resolve(name));
            assertEquals(arrays.keySet(), read.keySet());
            assertArrayEquals(new float[] {1, 2, 3, 4}, read.get("dense").toFloats());
            assertArrayEquals(new String[] {"é𝄞", ""}, read.get("text").toStrings());
            assertEquals(1.5, read.get("half").scalar());
        }
    }

    @Test
    void pickledObjectsAreRefused() {
        ModelFormatException e =
                assertThrows(ModelFormatException.class, () -> Npy.read(Fixtures.of("hostile_object.npy")));
        assertTrue(e.getMessage().contains("pickled Python objects, which are never run"), e.getMessage());
    }

    @Test
    void structuredArraysAreRefused() {
        ModelFormatException e =
                assertThrows(ModelFormatException.class, () -> Npy.read(Fixtures.of("hostile_structured.npy")));
        assertTrue(e.getMessage().contains("structured arrays are not supported"), e.getMessage());
    }

    @Test
    void rawPairsCanBeReadAsBfloat16() {
        ArrayData raw = Npy.read(Fixtures.of("raw.npy"));
        assertArrayEquals(new float[] {1, 2}, raw.as(ElementType.BFLOAT16).toFloats());
    }
}
