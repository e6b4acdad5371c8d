package io.argali.loader.csv;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.loader.ModelFormatException;
import io.argali.loader.json.PythonNumbers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table, a column each an array: RFC 4180, UTF-8 with or without byte order mark. The first line names the columns; where it holds numbers
 * only, as {@code numpy.savetxt} writes, it is data, and the columns are called 0, 1, 2 …
 */
public final class Csv {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    /** At most 18 digits, which surely fit a long. */
    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d{1,18}");

    private Csv() {}

    /**
     * Reads columns in their order. A column of whole numbers is INT64, of numbers FLOAT64 (empty cells count as not-a-number), any
     * other is STRING.
     *
     * @throws ModelFormatException if it is missing, empty, names a column twice, or a line has too many or few cells
     */
    public static Map<String, ArrayData> read(Path path) {
        try (CsvReader<CsvRecord> reader =
                CsvReader.builder().detectBomHeader(true).ofCsvRecord(path)) {
            List<CsvRecord> records = reader.stream().toList();
            if (records.isEmpty()) {
                throw new ModelFormatException(path + ": is empty, expected a header line");
            }
            List<String> first = records.getFirst().getFields();
            return isData(first)
                    ? columns(
                            path,
                            IntStream.range(0, first.size())
                                    .mapToObj(Integer::toString)
                                    .toList(),
                            records)
                    : columns(path, first, records.subList(1, records.size()));
        } catch (NoSuchFileException e) {
            throw new ModelFormatException(path + ": there is no such file", e);
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFormatException(path + ": cannot be read: " + e.getMessage(), e);
        } catch (CsvParseException e) {
            throw new ModelFormatException(path + ": no valid CSV: " + e.getMessage(), e);
        }
    }

    /** Numbers only; but 0, 1, 2 … are the names that pandas gives. */
    private static boolean isData(List<String> first) {
        boolean counted = true;
        for (int i = 0; i < first.size(); i++) {
            String cell = first.get(i).strip();
            if (number(cell) == null) return false;
            counted &= cell.equals(Integer.toString(i));
        }
        return !counted;
    }

    private static Map<String, ArrayData> columns(Path path, List<String> names, List<CsvRecord> records) {
        Map<String, ArrayData> columns = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            String[] cells = new String[records.size()];
            for (int row = 0; row < cells.length; row++) {
                cells[row] = records.get(row).getField(i);
            }
            if (columns.put(names.get(i).strip(), column(cells)) != null) {
                throw new ModelFormatException("%s: two columns are called \"%s\"".formatted(path, names.get(i)));
            }
        }
        return columns;
    }

    private static ArrayData column(String[] cells) {
        long[] longs = new long[cells.length];
        double[] doubles = new double[cells.length];
        boolean whole = cells.length > 0;
        boolean anyNumber = false;
        for (int i = 0; i < cells.length; i++) {
            String cell = cells[i].strip();
            if (cell.isEmpty()) {
                whole = false;
                doubles[i] = Double.NaN;
                continue;
            }
            Double number = number(cell);
            if (number == null) {
                return ArrayData.ofStrings(cells, cells.length);
            }
            anyNumber = true;
            doubles[i] = number;
            whole = whole && WHOLE.matcher(cell).matches();
            longs[i] = whole ? Long.parseLong(cell) : 0;
        }
        if (!anyNumber && cells.length > 0) {
            return ArrayData.ofStrings(cells, cells.length);
        }
        return whole ? ArrayData.ofLongs(longs, longs.length) : ArrayData.ofDoubles(doubles, doubles.length);
    }

    /** As Python's {@code float()} reads it; Java's parser also takes 1f and 0x1p3, which are text here. */
    private static @Nullable Double number(String cell) {
        return switch (cell.toLowerCase(Locale.ROOT)) {
            case "nan" -> Double.NaN;
            case "inf", "+inf", "infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> NUMBER.matcher(cell).matches() ? Double.valueOf(cell) : null;
        };
    }

    /**
     * Writes columns of equal length. An array of more than one dimension takes a column for each element of a row, called
     * {@code name_0}, {@code name_1} …
     */
    public static void write(Path path, Map<String, ArrayData> arrays) {
        Map<String, String[]> columns = new LinkedHashMap<>();
        arrays.forEach((name, array) -> columns.putAll(split(name, array)));
        long rows = columns.isEmpty() ? 0 : columns.values().iterator().next().length;
        columns.forEach((name, cells) -> {
            if (cells.length != rows) {
                throw new IllegalArgumentException(
                        "column %s has %d rows, the first has %d".formatted(name, cells.length, rows));
            }
        });
        try (CsvWriter writer = CsvWriter.builder().build(path)) {
            writer.writeRecord(columns.keySet());
            for (int row = 0; row < rows; row++) {
                List<String> cells = new ArrayList<>(columns.size());
                for (String[] column : columns.values()) {
                    cells.add(column[row]);
                }
                writer.writeRecord(cells);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFormatException(path + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static Map<String, String[]> split(String name, ArrayData array) {
        String[] cells = cells(array);
        int rows = array.rank() == 0 ? 1 : Math.toIntExact(array.shape()[0]);
        int width = rows == 0 ? 1 : cells.length / rows;
        Map<String, String[]> columns = new LinkedHashMap<>();
        for (int i = 0; i < width; i++) {
            String[] column = new String[rows];
            for (int row = 0; row < rows; row++) {
                column[row] = cells[row * width + i];
            }
            columns.put(array.rank() < 2 ? name : name + "_" + i, column);
        }
        return columns;
    }

    private static String[] cells(ArrayData array) {
        if (array.type() == ElementType.STRING) {
            return array.toStrings();
        }
        String[] cells = new String[Math.toIntExact(array.size())];
        if (array.type().isFloating()) {
            double[] values = array.toDoubles();
            for (int i = 0; i < cells.length; i++) {
                // A float as its own shortest digits: 0.1, not 0.10000000149011612.
                cells[i] = array.type() == ElementType.FLOAT64
                        ? PythonNumbers.repr(values[i])
                        : PythonNumbers.repr(Double.parseDouble(Float.toString((float) values[i])));
            }
        } else {
            long[] values = array.toLongs();
            for (int i = 0; i < cells.length; i++) {
                cells[i] = Long.toString(values[i]);
            }
        }
        return cells;
    }
}
