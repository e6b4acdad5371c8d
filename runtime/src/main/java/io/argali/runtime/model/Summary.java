package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.layer.operation.OperationLayer;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A model's layers with their shapes and numbers of weights: the rows and figures of Keras' {@code summary()}. */
public final class Summary {
    private static final int TERMINAL = 80;

    private final String name;
    private final List<Row> rows;
    private final boolean sequential;
    private final Collection<VariableSpec> variables;
    private final List<Tensor> optimizer;

    /**
     * A layer.
     *
     * @param depth how deep it is nested; 0 unless nested layers were asked for
     * @param parameters the numbers of all its weights
     * @param trainable null for a layer without weights
     */
    public record Row(
            String name,
            String type,
            int depth,
            String outputShape,
            long parameters,
            @Nullable Boolean trainable,
            String connectedTo) {}

    private Summary(
            String name,
            List<Row> rows,
            boolean sequential,
            Collection<VariableSpec> variables,
            List<Tensor> optimizer) {
        this.name = name;
        this.rows = rows;
        this.sequential = sequential;
        this.variables = variables;
        this.optimizer = optimizer;
    }

    /**
     * A model's summary.
     *
     * @param expandNested whether the layers of nested models have rows too
     */
    public static Summary of(Model model, boolean expandNested) {
        Trace trace = Model.declare(model.root());
        CallTypes types = CallTypes.of(model.root(), trace);
        List<Row> rows = new ArrayList<>();
        addRows(model.root(), "", 0, expandNested, trace, types, rows);
        boolean sequential = !(model.root().layer() instanceof Functional f) || isSequential(f);
        return new Summary(
                model.name(),
                rows,
                sequential,
                trace.variables().values(),
                model.savedTraining().optimizerVariables());
    }

    private static void addRows(
            Instance model,
            String path,
            int depth,
            boolean expandNested,
            Trace trace,
            CallTypes types,
            List<Row> rows) {
        List<Instance> layers = model.layer() instanceof Composite c ? c.layers() : List.of(model);
        Map<String, String> connections = model.layer() instanceof Functional f ? connections(f) : Map.of();
        for (Instance layer : layers) {
            // Keras leaves a Sequential's input layer out, and operations out of nested models.
            boolean hidden = model.layer() instanceof Sequential && layer.layer() instanceof InputLayer
                    || depth > 0 && layer.layer() instanceof OperationLayer;
            if (hidden) continue;
            String own = model.layer() instanceof Composite
                    ? (path.isEmpty() ? layer.name() : path + "/" + layer.name())
                    : "";
            List<VariableSpec> weights = trace.variables().values().stream()
                    .filter(v -> own.isEmpty() || v.path().startsWith(own + "/"))
                    .toList();
            rows.add(new Row(
                    layer.name(),
                    typeName(layer.layer()),
                    depth,
                    format(types.outputs(own)),
                    count(weights),
                    weights.isEmpty() ? null : layer.trainable(),
                    connections.getOrDefault(layer.name(), "-")));
            if (expandNested && layer.layer() instanceof Composite)
                addRows(layer, own, depth + 1, true, trace, types, rows);
        }
    }

    private static String typeName(Layer layer) {
        return layer instanceof OperationLayer o
                ? o.name().substring(o.name().indexOf('.') + 1)
                : layer.getClass().getSimpleName();
    }

    /** The shapes that a layer's last call gives. */
    private static String format(List<List<TensorType>> calls) {
        if (calls.isEmpty()) return "?";
        List<String> shapes =
                calls.getLast().stream().map(t -> t.shape().toString()).toList();
        return shapes.size() == 1 ? shapes.get(0) : shapes.toString();
    }

    private static long count(Collection<VariableSpec> weights) {
        return weights.stream().mapToLong(v -> v.type().shape().size()).sum();
    }

    /** {@code dense[0][0], dense_1[0][0]} for each layer that is called. */
    private static Map<String, String> connections(Functional f) {
        Map<String, List<String>> r = new HashMap<>();
        for (LayerCall c : f.calls().stream()
                .sorted(Comparator.comparingInt(LayerCall::call))
                .toList()) {
            List<Ref> refs = new ArrayList<>(Structure.leaves(c.arguments(), Ref.class));
            refs.addAll(Structure.leaves(c.keywords(), Ref.class));
            for (Ref ref : refs) {
                // Keras counts a nested functional model's own making as its first call.
                int node = ref.call() + (f.layer(ref.layer()).layer() instanceof Functional ? 1 : 0);
                r.computeIfAbsent(c.layer(), k -> new ArrayList<>())
                        .add(ref.layer() + "[" + node + "][" + ref.output() + "]");
            }
        }
        return r.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> String.join(", ", e.getValue())));
    }

    /** Keras' rule: one call at each depth, with one tensor, and no layer called twice. */
    private static boolean isSequential(Functional f) {
        Map<String, Integer> calls = new HashMap<>();
        for (LayerCall c : f.calls()) {
            if (calls.merge(c.layer(), 1, Integer::sum) > 1) return false;
            int tensors = Structure.leaves(c.arguments(), Ref.class).size()
                    + Structure.leaves(c.keywords(), Ref.class).size();
            if (tensors > 1) return false;
        }
        if (f.inputRefs().size() > 1) return false;
        // With one tensor each, the calls form a tree; it is a chain if no tensor is used twice.
        Map<String, Integer> users = new HashMap<>();
        for (LayerCall c : f.calls()) {
            for (Ref r : Structure.leaves(c.arguments(), Ref.class))
                if (users.merge(r.layer(), 1, Integer::sum) > 1) return false;
        }
        return true;
    }

    public List<Row> rows() {
        return Collections.unmodifiableList(rows);
    }

    public long totalParameters() {
        return count(variables);
    }

    public long trainableParameters() {
        return count(variables.stream().filter(VariableSpec::trainable).toList());
    }

    /** Keras' table. */
    public String toText(boolean showTrainable) {
        List<String> header = new ArrayList<>(List.of("Layer (type)", "Output Shape", "Param #"));
        List<Double> positions = new ArrayList<>(sequential ? List.of(0.45, 0.80, 1.0) : List.of(0.3, 0.56, 0.74, 1.0));
        if (!sequential) header.add("Connected to");
        int length = sequential ? 88 : 108;
        if (showTrainable) {
            length += 12;
            positions.replaceAll(p -> p * 0.9);
            positions.add(1.0);
            header.add("Trainable");
        }
        int[] widths = widths(positions, Math.min(length, terminalWidth() - 4));
        StringBuilder b = new StringBuilder();
        b.append("Model: \"").append(name).append("\"\n");
        b.append(line(widths, "┏", "━", "┳", "┓"));
        b.append(cells(header, widths, "┃"));
        b.append(line(widths, "┡", "━", "╇", "┩"));
        for (int i = 0; i < rows.size(); i++) {
            if (i > 0) b.append(line(widths, "├", "─", "┼", "┤"));
            b.append(cells(fields(rows.get(i), showTrainable), widths, "│"));
        }
        b.append(line(widths, "└", "─", "┴", "┘"));
        totals(b);
        return b.toString();
    }

    private static int terminalWidth() {
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("[1-9]\\d{1,3}") ? Integer.parseInt(columns) : TERMINAL;
    }

    private List<String> fields(Row row, boolean showTrainable) {
        String indent = row.depth() == 0 ? "" : "   ".repeat(row.depth()) + "└ ";
        List<String> f = new ArrayList<>();
        f.add(indent + row.name() + " (" + row.type() + ")");
        f.add(row.outputShape());
        f.add(String.format(Locale.ROOT, "%,d", row.parameters()));
        if (!sequential) f.add(row.connectedTo());
        if (showTrainable) f.add(row.trainable() == null ? "-" : row.trainable() ? "Y" : "N");
        return f;
    }

    /** Keras' columns, shortened evenly where borders and padding leave too little room, as the table library that it uses does. */
    private static int[] widths(List<Double> positions, int length) {
        int n = positions.size();
        int[] w = new int[n];
        int current = 0, sum = 0;
        for (int i = 0; i < n; i++) {
            int width = (int) (positions.get(i) * length) - current;
            current += width;
            w[i] = width + 2;
            sum += w[i];
        }
        int excess = sum - (length - n - 1);
        for (int i = 0; i < n && excess > 0; i++) {
            int less = (int) Math.rint(excess / (double) (n - i));
            w[i] -= less;
            excess -= less;
        }
        return w;
    }

    private static String line(int[] widths, String left, String fill, String middle, String right) {
        List<String> parts = new ArrayList<>();
        for (int w : widths) parts.add(fill.repeat(w));
        return left + String.join(middle, parts) + right + "\n";
    }

    private static String cells(List<String> fields, int[] widths, String border) {
        List<List<String>> wrapped = new ArrayList<>();
        int height = 1;
        for (int i = 0; i < fields.size(); i++) {
            wrapped.add(wrap(fields.get(i), widths[i] - 2));
            height = Math.max(height, wrapped.get(i).size());
        }
        StringBuilder b = new StringBuilder();
        for (int r = 0; r < height; r++) {
            b.append(border);
            for (int i = 0; i < fields.size(); i++) {
                String text = r < wrapped.get(i).size() ? wrapped.get(i).get(r) : "";
                String space = " ".repeat(Math.max(0, widths[i] - 2 - text.length()));
                b.append(' ')
                        .append(i == 2 ? space + text : text + space)
                        .append(' ')
                        .append(border);
            }
            b.append('\n');
        }
        return b.toString();
    }

    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split("(?<= )")) {
            if (!line.isEmpty() && line.length() + word.stripTrailing().length() > width) {
                lines.add(line.toString().stripTrailing());
                line.setLength(0);
            }
            String rest = word;
            while (rest.stripTrailing().length() > width) {
                lines.add(rest.substring(0, width));
                rest = rest.substring(width);
            }
            line.append(rest);
        }
        lines.add(line.toString().stripTrailing());
        return lines;
    }

    private void totals(StringBuilder b) {
        List<VariableSpec> trainable =
                variables.stream().filter(VariableSpec::trainable).toList();
        List<VariableSpec> fixed =
                variables.stream().filter(v -> !v.trainable()).toList();
        long slots = optimizer.stream().mapToLong(t -> t.shape().size()).sum();
        double slotBytes = optimizer.stream()
                .mapToDouble(t -> (double) t.shape().size() * t.dtype().bytes())
                .sum();
        total(b, "Total", count(variables) + slots, bytes(variables) + slotBytes);
        total(b, "Trainable", count(trainable), bytes(trainable));
        total(b, "Non-trainable", count(fixed), bytes(fixed));
        if (!optimizer.isEmpty()) total(b, "Optimizer", slots, slotBytes);
        b.setLength(b.length() - 1);
    }

    private static double bytes(Collection<VariableSpec> weights) {
        return weights.stream()
                .mapToDouble(
                        v -> (double) v.type().shape().size() * v.type().dtype().bytes())
                .sum();
    }

    private static void total(StringBuilder b, String what, long count, double bytes) {
        String[] units = {"B", "KB", "MB", "GB", "TB"};
        int unit = 0;
        double size = bytes;
        while (size >= 1024 && unit < units.length - 1) {
            size /= 1024;
            unit++;
        }
        b.append(String.format(
                Locale.ROOT, " %s params: %,d (%.2f %s)%n", what, count, size, Objects.requireNonNull(units[unit])));
    }
}
