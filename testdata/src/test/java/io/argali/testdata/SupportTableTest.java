package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.converters.keras.LayerCatalog;
import io.argali.runtime.layer.operation.OperationCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The README's table of layers says what the catalogue says. {@code -Dargali.update} writes it anew. */
class SupportTableTest {
    private static final Path README =
            GoldenCase.ROOT.resolve("../../README.md").normalize();
    private static final String BEGIN =
            "<!-- support: generated from the catalogue by SupportTableTest; do not edit -->\n";
    private static final String END = "<!-- /support -->";

    @Test
    void readmeListsTheCatalogue() throws IOException {
        String text = Files.readString(README);
        int from = text.indexOf(BEGIN) + BEGIN.length(), to = text.indexOf(END);
        if (System.getProperty("argali.update") != null) {
            Files.writeString(README, text.substring(0, from) + table() + text.substring(to));
        } else {
            assertEquals(table(), text.substring(from, to));
        }
    }

    private static String table() {
        Map<String, TreeSet<String>> families = new TreeMap<>();
        for (LayerCatalog.Row row : LayerCatalog.standard().rows()) {
            String folder = row.defaults().getClass().getPackageName();
            families.computeIfAbsent(folder.substring(folder.lastIndexOf('.') + 1), f -> new TreeSet<>())
                    .add(row.name());
        }
        Map<String, TreeSet<String>> operations = new TreeMap<>();
        for (String name : OperationCatalog.names()) {
            int dot = name.indexOf('.');
            operations
                    .computeIfAbsent(name.substring(0, dot), m -> new TreeSet<>())
                    .add(name.substring(dot + 1));
        }
        StringBuilder b = new StringBuilder();
        int layers = families.values().stream().mapToInt(TreeSet::size).sum();
        b.append("\n").append(layers).append(" layers:\n\n| family | layers |\n|---|---|\n");
        families.forEach((f, names) -> b.append("| ")
                .append(f)
                .append(" | ")
                .append(String.join(", ", names))
                .append(" |\n"));
        int count = operations.values().stream().mapToInt(TreeSet::size).sum();
        b.append("\n")
                .append(count)
                .append(
                        " operations as nodes of a graph (`x * 2`, `x[:, -1]`, `keras.ops.…`):\n\n| module | operations |\n|---|---|\n");
        operations.forEach((m, names) -> b.append("| ")
                .append(m)
                .append(" | ")
                .append(String.join(", ", names))
                .append(" |\n"));
        return b.append("\n").toString();
    }
}
