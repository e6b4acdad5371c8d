package io.argali.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;

/** The files that src/test/python/make_fixtures.py wrote, and what h5py and numpy read from them. */
@NullUnmarked // what is missing fails the test anyway
public final class Fixtures {
    private Fixtures() {}

    public static Path of(String name) {
        try {
            return Path.of(Objects.requireNonNull(Fixtures.class.getResource("/fixtures/" + name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(name, e);
        }
    }

    /** Names of the fixtures that end so, sorted. */
    public static List<String> named(String ending) {
        try (Stream<Path> files = Files.list(of(""))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** An array against its description: type, shape, and every value by every conversion that makes sense. */
    public static void assertMatches(Map<?, ?> expected, ArrayData actual, String where) {
        List<?> shape = (List<?>) expected.get("shape");
        assertArrayEquals(shape.stream().mapToLong(d -> (Long) d).toArray(), actual.shape(), where);
        List<?> values = (List<?>) expected.get("values");
        if (values != null && values.isEmpty() && actual.size() == 0) {
            return; // numpy has a type for no elements, HDF5 may have another
        }
        assertEquals(expected.get("type"), actual.type().name(), where);
        if (values == null) {
            byte[] bytes = actual.toBytes();
            if (actual.order() == ByteOrder.LITTLE_ENDIAN) {
                assertEquals(expected.get("hex"), HexFormat.of().formatHex(bytes), where);
            }
            return;
        }
        if (actual.type() == ElementType.STRING) {
            assertArrayEquals(values.toArray(), actual.toStrings(), where);
            return;
        }
        assertNumbers(values, actual, where);
    }

    private static void assertNumbers(List<?> values, ArrayData actual, String where) {
        double[] doubles = actual.toDoubles();
        float[] floats = actual.toFloats();
        float[] parts = new float[floats.length + 1];
        for (int i = 0; i < floats.length; i++) {
            actual.copyTo(parts, i + 1, i, 1);
        }
        for (int i = 0; i < doubles.length; i++) {
            double expected = number(values.get(i));
            String at = where + "[" + i + "]";
            assertEquals(expected, doubles[i], at);
            assertEquals(floatOf(values.get(i)), floats[i], at);
            assertEquals(floats[i], parts[i + 1], at);
        }
        boolean fits = values.stream().noneMatch(v -> v instanceof java.math.BigInteger);
        if (!actual.type().isFloating() && fits) {
            long[] longs = actual.toLongs();
            for (int i = 0; i < longs.length; i++) {
                assertEquals(values.get(i) instanceof Boolean b ? (b ? 1L : 0L) : values.get(i), longs[i], where);
            }
        }
    }

    private static double number(Object value) {
        return value instanceof Boolean b ? (b ? 1 : 0) : ((Number) value).doubleValue();
    }

    private static float floatOf(Object value) {
        return value instanceof Boolean b ? (b ? 1 : 0) : ((Number) value).floatValue();
    }

    /** A file with one bit or more changed, or cut short. */
    public static byte[] bytes(String name) {
        try {
            return Files.readAllBytes(of(name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads every byte of an array, so that a wrong address would show. */
    public static void touch(ArrayData array) {
        if (array.type() == ElementType.STRING) {
            array.toStrings();
            return;
        }
        for (long i = 0; i < array.bytes().byteSize(); i++) {
            array.bytes().get(ValueLayout.JAVA_BYTE, i);
        }
    }
}
