package io.argali.tensorflow;

import io.argali.loader.ModelFormatException;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Predictor;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature.TensorDescription;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.ConfigProto;

/** A signature of a SavedModel, which TensorFlow has loaded itself. */
final class OriginalSavedModel implements Predictor {
    private static final Cleaner CLEANER = Cleaner.create();

    private final String label;
    private final SessionFunction function;
    private final List<InputSpec> inputs;
    private final List<String> outputNames;

    private OriginalSavedModel(String label, SessionFunction function) {
        this.label = label;
        this.function = function;
        List<InputSpec> specs = new ArrayList<>();
        new TreeMap<>(function.signature().getInputs()).forEach((name, d) -> specs.add(spec(name, d)));
        inputs = List.copyOf(specs);
        outputNames = List.copyOf(new TreeMap<>(function.signature().getOutputs()).keySet());
    }

    static OriginalSavedModel load(Path folder, @Nullable String signature, ConfigProto config) {
        SavedModelBundle bundle;
        try {
            bundle = SavedModelBundle.loader(folder.toString())
                    .withTags("serve")
                    .withConfigProto(config)
                    .load();
        } catch (TensorFlowException e) {
            throw new ModelFormatException(folder + ": TensorFlow does not load it: " + firstLine(e), e);
        }
        List<String> names = bundle.signatures().stream()
                .map(s -> s.key())
                .filter(k -> !k.startsWith("__"))
                .sorted()
                .toList();
        String name = signature != null ? signature : names.size() == 1 ? names.getFirst() : "serving_default";
        if (!names.contains(name)) {
            bundle.close();
            throw new ModelFormatException(folder + ": has no signature \"" + name + "\"; it has " + names);
        }
        OriginalSavedModel made = new OriginalSavedModel(folder.toString(), bundle.function(name));
        CLEANER.register(made, bundle::close);
        return made;
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static InputSpec spec(String name, TensorDescription d) {
        DType type = NativeTensors.type(d.dataType);
        if (d.shape.isUnknown()) return InputSpec.ofAnyRank(name, type);
        long[] shape = d.shape.asArray();
        int[] dims = new int[shape.length];
        for (int i = 0; i < dims.length; i++) dims[i] = shape[i] < 0 ? Shape.UNKNOWN : Math.toIntExact(shape[i]);
        return new InputSpec(name, type, Shape.of(dims), false);
    }

    @Override
    public List<InputSpec> inputs() {
        return inputs;
    }

    @Override
    public List<String> outputNames() {
        return outputNames;
    }

    @Override
    public boolean takesRows() {
        return false;
    }

    @Override
    public List<Tensor> predict(List<Tensor> given) {
        Map<String, org.tensorflow.Tensor> fed = new LinkedHashMap<>();
        try {
            for (int i = 0; i < inputs.size(); i++) {
                DType type = inputs.get(i).dtype();
                Tensor t = given.get(i);
                if ((type == DType.STRING) != (t.dtype() == DType.STRING))
                    throw new ShapeException("input \"" + inputs.get(i).name() + "\": expected " + type.kerasName()
                            + ", got " + t.type());
                fed.put(inputs.get(i).name(), NativeTensors.of(type == DType.STRING ? t : t.cast(type)));
            }
            try (Result result = function.call(fed)) {
                List<Tensor> r = new ArrayList<>();
                for (String name : outputNames) {
                    r.add(NativeTensors.read(result.get(name)
                            .orElseThrow(() -> new IllegalStateException(label + ": gives no \"" + name + "\""))));
                }
                return r;
            }
        } catch (TensorFlowException e) {
            throw new ShapeException(label + ": " + firstLine(e));
        } finally {
            fed.values().forEach(org.tensorflow.Tensor::close);
        }
    }
}
