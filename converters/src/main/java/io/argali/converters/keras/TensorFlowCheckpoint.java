package io.argali.converters.keras;

import io.argali.converters.savedmodel.ObjectPaths;
import io.argali.loader.ArrayData;
import io.argali.loader.ModelFormatException;
import io.argali.loader.tensorbundle.TensorBundle;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.model.Weights;
import io.argali.runtime.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Weights that Keras 2 saved in TensorFlow's format: {@code model.ckpt.index} with {@code model.ckpt.data-00000-of-00001}. */
final class TensorFlowCheckpoint {
    private static final String INDEX = ".index";

    private TensorFlowCheckpoint() {}

    /** The checkpoint that a path means, with or without the index' ending; null if there is none. */
    static @Nullable Path find(Path path) {
        String name = path.toString();
        if (name.endsWith(INDEX)) return Path.of(name.substring(0, name.length() - INDEX.length()));
        return Files.isRegularFile(Path.of(name + INDEX)) ? path : null;
    }

    /** The model with a checkpoint's weights. */
    static Model load(Path prefix, Instance root) {
        String label = prefix.toString();
        TensorBundle bundle = TensorBundle.open(prefix);
        ObjectPaths objects = ObjectPaths.of(bundle);
        Map<String, VariableSpec> variables = WeightFile.declare(label, root);
        Map<String, Tensor> values = new LinkedHashMap<>();
        variables.forEach((path, spec) -> {
            String key = objects.key(spec);
            if (key == null) throw new ModelFormatException(label + ": has no weight " + path);
            ArrayData data = bundle.array(key);
            if (!Tensors.sameShape(data.shape(), spec.type().shape())) {
                throw new ModelFormatException("%s: weight %s has shape %s, expected %s"
                        .formatted(
                                label,
                                path,
                                Arrays.toString(data.shape()),
                                spec.type().shape()));
            }
            values.put(path, Tensors.lazy(label + ": " + path, data, spec.type().dtype()));
        });
        return Model.of(root, new Weights(values), variables);
    }
}
