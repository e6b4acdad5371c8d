package io.argali.converters.keras;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.model.Sequential;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
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

    private static final LayerCatalog STANDARD = new LayerCatalog(Map.of())
            .plus(layer("InputLayer", InputLayer.DEFAULTS))
            .plus(layer("Dense", Dense.DEFAULTS));

    private final Map<String, Row> rows;

    private LayerCatalog(Map<String, Row> rows) {
        this.rows = Collections.unmodifiableMap(rows);
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
