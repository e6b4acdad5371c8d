package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What goes into a model and comes out of it. */
final class ModelInputs {
    /**
     * Lengths that stand in for unknown axes, tried in turn: small ones are quick, but a deep network needs room to shrink; 1 is no longer than anything.
     */
    private static final int[] STAND_INS = {16, 64, 224, 512, 1};
    /** Batches to try where a model does not take the first: some operations fix it. */
    private static final int[] BATCHES = {2, 1, 3, 4, 5, 6, 7, 8, 16, 32};

    private ModelInputs() {}

    static List<InputSpec> of(Layer root) {
        return switch (root) {
            case Functional f ->
                f.inputRefs().stream().map(r -> spec(f.layer(r.layer()))).toList();
            case Sequential s -> ofSequential(s);
            case NamedFunction f -> f.inputs();
            default -> List.of(new InputSpec("inputs", DType.FLOAT32, Shape.of(Shape.UNKNOWN), false));
        };
    }

    private static List<InputSpec> ofSequential(Sequential s) {
        if (!s.layers().isEmpty()) {
            Instance first = s.layers().get(0);
            if (first.layer() instanceof InputLayer) return List.of(spec(first));
            if (first.layer() instanceof Composite) {
                List<InputSpec> inner = of(first.layer());
                if (s.buildShape() == null) return inner;
            }
        }
        if (s.buildShape() != null) {
            DType dtype = s.layers().isEmpty()
                    ? DType.FLOAT32
                    : s.layers().get(0).dtype().compute();
            return List.of(new InputSpec("input_layer", dtype, s.buildShape(), false));
        }
        throw new ShapeException("the model does not say what shape its input has: it was never built");
    }

    private static InputSpec spec(Instance layer) {
        InputLayer input = (InputLayer) layer.layer();
        Shape shape = input.batchShape() == null ? Shape.of(Shape.UNKNOWN) : input.batchShape();
        DType dtype = input.dtype() == null ? DType.FLOAT32 : input.dtype();
        return new InputSpec(layer.name(), dtype, shape, input.optional());
    }

    /** The tensor in the type and rank that the input was declared with, by Keras' rules. */
    static Tensor conform(InputSpec spec, Tensor given) {
        Tensor t = given;
        Shape declared = spec.shape();
        boolean text = spec.dtype() == DType.STRING;
        if (text != (t.dtype() == DType.STRING)) {
            throw new ShapeException(
                    "input \"" + spec.name() + "\": expected " + spec.dtype().kerasName() + ", got " + t.type());
        }
        if (!text) t = t.cast(spec.dtype());
        if (spec.anyRank()) return t;
        if (t.shape().rank() == declared.rank() + 1 && t.shape().last() == 1)
            t = t.reshape(t.shape().without(-1));
        else if (t.shape().rank() == declared.rank() - 1 && declared.rank() > 0 && declared.last() == 1) {
            t = t.reshape(t.shape().append(1));
        }
        boolean fits = t.shape().rank() == declared.rank();
        for (int i = 1; fits && i < declared.rank(); i++) {
            fits = declared.dim(i) == Shape.UNKNOWN
                    || declared.dim(i) == t.shape().dim(i);
        }
        if (!fits) {
            throw new ShapeException(
                    "input \"" + spec.name() + "\": expected shape " + declared + ", got " + given.shape());
        }
        return t;
    }

    static List<String> outputNames(Instance root) {
        List<String> names = switch (root.layer()) {
            case Functional f -> f.outputRefs().stream().map(Ref::layer).toList();
            case Sequential s
            when !s.layers().isEmpty() -> {
                Instance last = s.layers().getLast();
                yield Collections.nCopies(outputNames(last).size(), last.name());
            }
            case NamedFunction f -> f.outputNames();
            default -> List.of(root.name());
        };
        Set<String> used = new LinkedHashSet<>();
        for (String name : names) {
            String own = name;
            for (int k = 1; !used.add(own); k++) own = name + "_" + k;
        }
        return List.copyOf(used);
    }

    static Trace traceWithStandIns(Instance root) {
        List<InputSpec> specs = of(root.layer());
        // Whether lengths stand in for anything: for an axis, or for what the data decides.
        AtomicBoolean open = new AtomicBoolean(specs.stream()
                .anyMatch(s -> s.shape()
                        .slice(Math.min(1, s.shape().rank()), s.shape().rank())
                        .toList()
                        .contains(Shape.UNKNOWN)));
        ShapeException first = null;
        for (int batch : BATCHES) {
            for (int length : STAND_INS) {
                try {
                    return trace(root, specs, batch, length, open);
                } catch (ShapeException e) {
                    if (first == null) first = e;
                }
                if (!open.get()) break;
            }
        }
        throw java.util.Objects.requireNonNull(first);
    }

    /** A trace with given lengths for unknown batch axes and unknown other axes. */
    static Trace trace(Instance root, List<InputSpec> specs, int batch, int length) {
        return trace(root, specs, batch, length, new AtomicBoolean());
    }

    private static Trace trace(Instance root, List<InputSpec> specs, int batch, int length, AtomicBoolean asked) {
        List<Value> parameters = new ArrayList<>();
        for (InputSpec s : specs) parameters.add(Value.parameter(s.name(), standIn(s, batch, length)));
        return Trace.of(root, parameters, false, Trace.Numbers.of(number -> {
            asked.set(true);
            return length;
        }));
    }

    private static TensorType standIn(InputSpec spec, int batch, int length) {
        int[] d = spec.shape().toArray();
        for (int i = 0; i < d.length; i++) if (d[i] == Shape.UNKNOWN) d[i] = i == 0 ? batch : length;
        return new TensorType(spec.dtype(), Shape.of(d));
    }

    static @Nullable Trace tryTrace(Instance root, List<InputSpec> specs, int batch, int length) {
        try {
            return trace(root, specs, batch, length);
        } catch (ShapeException e) {
            return null;
        }
    }
}
