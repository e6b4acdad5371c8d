package io.argali.loader.csv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.loader.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // what is missing fails the test anyway
class CsvTest {
    @TempDir
    Path folder;

    private Map<String, ArrayData> read(String text) throws IOException {
        return Csv.read(Files.writeString(folder.resolve("x.csv"), text));
    }

    @Test
    void columnsFindTheirType() throws IOException {
        Map<String, ArrayData> columns = read(
                "\ufeffint,float,gap,text,\"quo\"\"ted\"\r\n1,1.5,2,a,\"x\"\"y\"\r\n-2,1e-3,,1f,\"line\r\nbreak\"\r\n");
        assertEquals(List.of("int", "float", "gap", "text", "quo\"ted"), List.copyOf(columns.keySet()));
        assertArrayEquals(new long[] {1, -2}, columns.get("int").toLongs());
        assertEquals(ElementType.INT64, columns.get("int").type());
        assertArrayEquals(new double[] {1.5, 1e-3}, columns.get("float").toDoubles());
        assertArrayEquals(new double[] {2, Double.NaN}, columns.get("gap").toDoubles());
        assertArrayEquals(new String[] {"a", "1f"}, columns.get("text").toStrings());
        assertArrayEquals(
                new String[] {"x\"y", "line\r\nbreak"}, columns.get("quo\"ted").toStrings());
    }

    @Test
    void aFirstLineOfNumbersIsData() throws IOException {
        assertArrayEquals(new double[] {1.5, 2}, read("1.5,3\n2,4\n").get("0").toDoubles());
        assertArrayEquals(new long[] {7}, read("0,1\n7,8\n").get("0").toLongs()); // names, as pandas gives them
        assertEquals(ElementType.FLOAT64, read("a,b\n").get("a").type());
    }

    @Test
    void brokenTablesAreNamed() throws IOException {
        assertTrue(assertThrows(ModelFormatException.class, () -> read("a,b\n1,2\n3\n"))
                .getMessage()
                .endsWith("x.csv: no valid CSV: Record 3 has 1 fields, but first record had 2 fields"));
        assertThrows(ModelFormatException.class, () -> read("a,a\n1,2\n"));
        assertThrows(ModelFormatException.class, () -> read(""));
        assertThrows(ModelFormatException.class, () -> Csv.read(folder.resolve("missing.csv")));
    }

    @Test
    void writesWhatItReads() throws IOException {
        Map<String, ArrayData> columns = new LinkedHashMap<>();
        columns.put("y", ArrayData.ofFloats(new float[] {0.1f, 1, 2, Float.NaN}, 2, 2));
        columns.put("n", ArrayData.ofInts(new int[] {1, 2}, 2));
        columns.put("t", ArrayData.ofStrings(new String[] {"a,b", "\""}, 2));
        Path path = folder.resolve("y.csv");
        Csv.write(path, columns);
        assertEquals(List.of("y_0,y_1,n,t", "0.1,1.0,1,\"a,b\"", "2.0,NaN,2,\"\"\"\""), Files.readAllLines(path));
        assertEquals(4, Csv.read(path).size());
    }
}
