package io.argali.converters;

import io.argali.converters.keras.KerasArchive;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.ModelFormatException;
import io.argali.runtime.model.Model;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that a model predicts what its original predicts: inputs, and what the original made of them. It may be kept in a
 * {@code .keras} file ({@link Models#save(Model, Path, Parity)}), among the assets, where Keras does not look.
 *
 * @param inputs in the model's order
 * @param outputs in the model's order
 * @param tolerance how far a number may be off: absolutely, or by this part of the output's largest number if that is above 1
 */
public record Parity(List<Tensor> inputs, List<Tensor> outputs, double tolerance) {
    /** Sums taken in another order. */
    public static final double TOLERANCE = 1e-5;

    public Parity {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** What a model makes of inputs now, to be compared with later. */
    public static Parity of(Model model, List<Tensor> inputs) {
        return new Parity(inputs, model.predict(inputs), TOLERANCE);
    }

    /** The certificate of a {@code .keras} file or folder; null if it has none. */
    public static @Nullable Parity read(Path file) {
        Map<String, ArrayData> arrays = KerasArchive.parity(file);
        if (arrays == null) return null;
        List<Tensor> inputs = new ArrayList<>(), outputs = new ArrayList<>();
        arrays.forEach((name, a) -> {
            if (name.startsWith("x")) inputs.add(Tensors.of(file + ": " + name, a));
            if (name.startsWith("y")) outputs.add(Tensors.of(file + ": " + name, a));
        });
        ArrayData tolerance = arrays.get("tolerance");
        if (inputs.isEmpty() || outputs.isEmpty() || tolerance == null)
            throw new ModelFormatException(file + ": its parity certificate is incomplete: " + arrays.keySet());
        return new Parity(
                inputs, outputs, Tensors.of(file + ": tolerance", tolerance).item());
    }

    /** The arrays that a file keeps of it. */
    Map<String, ArrayData> arrays() {
        Map<String, ArrayData> r = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) r.put("x" + i, Tensors.toArray(inputs.get(i)));
        for (int i = 0; i < outputs.size(); i++) r.put("y" + i, Tensors.toArray(outputs.get(i)));
        r.put("tolerance", Tensors.toArray(Tensor.wrap(DType.FLOAT64, Shape.of(), new double[] {tolerance})));
        return r;
    }

    /** How far each output of a model is from the original's. */
    public List<Difference> check(Model model) {
        List<Tensor> got = model.predict(inputs);
        if (got.size() != outputs.size())
            throw new IllegalArgumentException(
                    "the model has " + got.size() + " outputs, " + outputs.size() + " are expected");
        List<String> names = model.outputNames();
        List<Difference> r = new ArrayList<>();
        for (int i = 0; i < got.size(); i++) r.add(Difference.of(names.get(i), outputs.get(i), got.get(i), tolerance));
        return r;
    }

    /**
     * Does nothing if a model predicts what its original predicts.
     *
     * @throws ModelFormatException if not; the message names the first output that is off
     */
    public void require(Model model, String file) {
        for (Difference d : check(model)) {
            if (!d.tolerated())
                throw new ModelFormatException(
                        "%s: does not predict what its original predicted: output \"%s\" is off by %.3g, first at %s"
                                .formatted(file, d.name(), d.largest(), d.where()));
        }
    }
}
