package io.argali.converters.keras;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.attention.AdditiveAttention;
import io.argali.runtime.layer.attention.Attention;
import io.argali.runtime.layer.attention.GroupQueryAttention;
import io.argali.runtime.layer.attention.MultiHeadAttention;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.layer.rnn.Bidirectional;
import io.argali.runtime.layer.rnn.ConvLSTM1D;
import io.argali.runtime.layer.rnn.ConvLSTM2D;
import io.argali.runtime.layer.rnn.ConvLSTM3D;
import io.argali.runtime.layer.rnn.GRU;
import io.argali.runtime.layer.rnn.GRUCell;
import io.argali.runtime.layer.rnn.LSTM;
import io.argali.runtime.layer.rnn.LSTMCell;
import io.argali.runtime.layer.rnn.RNN;
import io.argali.runtime.layer.rnn.SimpleRNN;
import io.argali.runtime.layer.rnn.SimpleRNNCell;
import io.argali.runtime.layer.rnn.StackedRNNCells;
import io.argali.runtime.layer.rnn.TimeDistributed;
import io.argali.runtime.model.Sequential;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The layers that files may name, each with the instance that holds Keras' defaults. Immutable; add your own with {@link #plus} and pass the
 * result to {@link io.argali.converters.Models#with}.
 */
public final class LayerCatalog {
    /**
     * A layer that files may name.
     *
     * @param name the class name in Keras' configuration, or the registered name of a custom layer ({@code my_package>MyLayer})
     * @param defaults what missing keys keep
     * @param pythonName the name of the Python class, which weight files use
     */
    public record Row(String name, Layer defaults, String pythonName) {}

    private static final LayerCatalog STANDARD = new LayerCatalog(standardRows());

    private final Map<String, Row> rows;

    private LayerCatalog(Map<String, Row> rows) {
        this.rows = Collections.unmodifiableMap(rows);
    }

    private static Map<String, Row> standardRows() {
        Map<String, Row> rows = new LinkedHashMap<>();
        Stream.of(
                        core(),
                        activations(),
                        attention(),
                        convolutional(),
                        merging(),
                        normalization(),
                        pooling(),
                        preprocessing(),
                        regularization(),
                        reshaping(),
                        rnn(),
                        wrappers())
                .flatMap(List::stream)
                .forEach(row -> rows.put(row.name(), row));
        return rows;
    }

    // core

    private static List<Row> core() {
        return List.of(layer("InputLayer", InputLayer.DEFAULTS), layer("Dense", Dense.DEFAULTS));
    }

    // activations

    private static List<Row> activations() {
        return List.of();
    }

    // attention

    private static List<Row> attention() {
        return List.of(
                layer("Attention", Attention.DEFAULTS),
                layer("AdditiveAttention", AdditiveAttention.DEFAULTS),
                layer("MultiHeadAttention", MultiHeadAttention.DEFAULTS),
                layer("GroupQueryAttention", GroupQueryAttention.DEFAULTS, "GroupedQueryAttention"));
    }

    // convolutional

    private static List<Row> convolutional() {
        return List.of();
    }

    // merging

    private static List<Row> merging() {
        return List.of();
    }

    // normalization

    private static List<Row> normalization() {
        return List.of();
    }

    // pooling

    private static List<Row> pooling() {
        return List.of();
    }

    // preprocessing

    private static List<Row> preprocessing() {
        return List.of();
    }

    // regularization

    private static List<Row> regularization() {
        return List.of();
    }

    // reshaping

    private static List<Row> reshaping() {
        return List.of();
    }

    // rnn

    private static List<Row> rnn() {
        return List.of(
                layer("SimpleRNN", SimpleRNN.DEFAULTS),
                layer("SimpleRNNCell", SimpleRNNCell.DEFAULTS),
                layer("LSTM", LSTM.DEFAULTS),
                layer("LSTMCell", LSTMCell.DEFAULTS),
                layer("GRU", GRU.DEFAULTS),
                layer("GRUCell", GRUCell.DEFAULTS),
                layer("RNN", RNN.DEFAULTS),
                layer("StackedRNNCells", StackedRNNCells.DEFAULTS),
                layer("ConvLSTM1D", ConvLSTM1D.DEFAULTS),
                layer("ConvLSTM2D", ConvLSTM2D.DEFAULTS),
                layer("ConvLSTM3D", ConvLSTM3D.DEFAULTS),
                layer("Bidirectional", Bidirectional.DEFAULTS),
                layer("TimeDistributed", TimeDistributed.DEFAULTS));
    }

    // wrappers

    private static List<Row> wrappers() {
        return List.of();
    }

    /** Keras' own layers. */
    public static LayerCatalog standard() {
        return STANDARD;
    }

    /** A row whose Python class has the name that the configuration gives. */
    public static Row layer(String name, Layer defaults) {
        return new Row(name, defaults, name.substring(name.indexOf('>') + 1));
    }

    /** A row whose Python class is called otherwise. */
    public static Row layer(String name, Layer defaults, String pythonName) {
        return new Row(name, defaults, pythonName);
    }

    /** This catalogue with a row added or replaced. */
    public LayerCatalog plus(Row row) {
        Map<String, Row> more = new LinkedHashMap<>(rows);
        more.put(row.name(), row);
        return new LayerCatalog(more);
    }

    /** The row of this name, or null. */
    public @Nullable Row find(String name) {
        return rows.get(name);
    }

    public java.util.Collection<Row> rows() {
        return rows.values();
    }

    /** The Python class name of a layer, which weight files use in snake_case. */
    public String pythonName(Layer layer) {
        for (Row row : rows.values()) if (row.defaults().getClass() == layer.getClass()) return row.pythonName();
        return layer.getClass().getSimpleName();
    }

    /** How the layer's groups are called in weight files: {@code Conv2D} → {@code conv2d}. */
    String groupName(Layer layer) {
        return Sequential.snakeCase(pythonName(layer));
    }
}
