package io.argali.runtime.model;

import io.argali.runtime.layer.DTypePolicy;
import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Lora;
import io.argali.runtime.layer.Quantization;
import io.argali.runtime.layer.Regularizer;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The record of one run through a model's layers: the graph, the weights they declared, the masks and the state updates.
 *
 * @param masks the mask of each output; null for none
 * @param weights the value of each weight in the graph, by its path
 * @param renewed what layers around a weight made of it before it was used, one value for each use after which it was made anew, by its path
 * @param updates the new value of each state and memory that a layer updates, by its path
 * @param memories what layers remember from call to call beside their weights, by path: zeros at first, in no file
 * @param calls what each layer call took and gave, in order, for summaries
 */
public record Trace(
        Graph graph,
        List<@Nullable Value> masks,
        Map<String, VariableSpec> variables,
        Map<String, Value> weights,
        Map<String, List<Value>> renewed,
        Map<String, Value> updates,
        Map<String, TensorType> memories,
        List<Call> calls,
        List<Penalty> penalties) {

    /** One call of a layer, with the types it took and what it gave. */
    public record Call(String path, Layer layer, List<TensorType> inputs, List<Value> values) {
        /** The types of what it gave. */
        public List<TensorType> outputs() {
            return Recorder.types(values);
        }
    }

    /** The numbers that {@link Scope#lengthOf} and {@link Scope#numberOf} give. */
    public interface Numbers {
        int length(Value number);

        /** A number that is not only a length. */
        int other(Value number);

        /** The same for both. */
        static Numbers of(ToIntFunction<Value> numbers) {
            return new Numbers() {
                @Override
                public int length(Value number) {
                    return numbers.applyAsInt(number);
                }

                @Override
                public int other(Value number) {
                    return numbers.applyAsInt(number);
                }
            };
        }
    }

    /** Where nobody knows the data. */
    public static final Numbers UNKNOWN = Numbers.of(number -> {
        throw new ShapeException(
                "a length depends on the batch itself; give the layer a fixed one (output_sequence_length, minlength …)");
    });

    /** An activity regularizer's penalty, a scalar. */
    public record Penalty(String path, Value value) {}

    /**
     * Runs through a layer.
     *
     * @param inputs the parameters of the graph, one for each input in Keras' order
     * @throws ShapeException if the inputs do not fit
     */
    public static Trace of(Instance root, List<Value> inputs, boolean training) {
        return of(root, inputs, training, UNKNOWN);
    }

    /** As {@link #of(Instance, List, boolean)}, for a model whose shapes depend on the batch. */
    public static Trace of(Instance root, List<Value> inputs, boolean training, Numbers numbers) {
        Recorder r = new Recorder(training, numbers);
        List<Value> outputs =
                r.call(null, root.name(), root, List.of(inputs.size() == 1 ? inputs.get(0) : inputs), Map.of());
        List<Value> parameters = new ArrayList<>(inputs);
        if (r.seed != null) parameters.add(r.seed);
        List<@Nullable Value> masks = new ArrayList<>();
        for (Value y : outputs) masks.add(r.masks.get(y));
        return new Trace(
                new Graph(parameters, outputs),
                masks,
                r.variables,
                r.values,
                r.renewed,
                r.updates,
                r.memories,
                r.calls,
                r.penalties);
    }

    /** Applies a layer without weights inside another's trace. */
    public static Value inline(Instance layer, Value x) {
        Recorder r = new Recorder(false, UNKNOWN);
        return r.call(null, layer.name(), layer, List.of(x), Map.of()).get(0);
    }

    /** The parameter that carries the seed of a graph with random numbers. */
    public static final String SEED = "seed";

    private static final class Recorder {
        final boolean training;
        final Numbers numbers;
        final LinkedHashMap<String, VariableSpec> variables = new LinkedHashMap<>();
        final Map<String, Value> values = new HashMap<>();
        final Map<String, UnaryOperator<Value>> renewals = new HashMap<>();
        final Map<String, List<Value>> renewed = new LinkedHashMap<>();
        final Map<Value, Value> masks = new HashMap<>();
        final Map<String, Value> updates = new LinkedHashMap<>();
        final Map<String, TensorType> memories = new LinkedHashMap<>();
        final List<Call> calls = new ArrayList<>();
        final List<Penalty> penalties = new ArrayList<>();

        @Nullable
        Value seed;

        int draws;

        Recorder(boolean training, Numbers numbers) {
            this.training = training;
            this.numbers = numbers;
        }

        List<Value> call(
                @Nullable LayerScope outer,
                String attribute,
                Instance instance,
                List<?> positional,
                Map<String, ?> keywords) {
            Layer layer = instance.layer();
            String path = outer == null ? "" : outer.path().isEmpty() ? attribute : outer.path() + "/" + attribute;
            List<VariableSpec.Owner> owners = new ArrayList<>(outer == null ? List.of() : outer.owners);
            owners.add(new VariableSpec.Owner(attribute, layer, instance));
            boolean trainable = instance.trainable() && (outer == null || outer.trainable);
            // Keras' models pass their own flag on, whatever a file says that a layer was called with
            // (keras/src/models/functional.py).
            boolean trains = outer == null ? training : outer.training();
            return ScopedValue.where(Node.ORIGIN, path).call(() -> {
                try {
                    return trace(instance, layer, path, owners, trainable, trains, positional, keywords);
                } catch (IllegalArgumentException e) {
                    throw located(path, layer, e);
                } catch (ArithmeticException
                        | ClassCastException
                        | IndexOutOfBoundsException
                        | NegativeArraySizeException
                        | NullPointerException e) {
                    // Layers trust their configuration; one that is out of its senses shows here, wherever it hits.
                    throw located(
                            path,
                            layer,
                            new ShapeException("its configuration does not make sense: " + e.getMessage()));
                }
            });
        }

        private static IllegalArgumentException located(String path, Layer layer, IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            if (message.startsWith("layer \"") || path.isEmpty()) return e;
            ShapeException r = new ShapeException(
                    "layer \"" + path + "\" (" + layer.getClass().getSimpleName() + "): " + message);
            r.setStackTrace(e.getStackTrace());
            return r;
        }

        private List<Value> trace(
                Instance instance,
                Layer layer,
                String path,
                List<VariableSpec.Owner> owners,
                boolean trainable,
                boolean trains,
                List<?> positional,
                Map<String, ?> keywords) {
            Map<String, @Nullable Object> arguments = bind(layer, positional, keywords);
            DTypePolicy policy = instance.dtype().of(names(owners));
            if (layer.autocast()) arguments.replaceAll((k, v) -> cast(v, policy.compute()));
            fillMasks(layer, arguments);
            Object first = arguments.get(
                    layer.parameters().isEmpty() ? "0" : layer.parameters().get(0));
            List<Value> inputs = Structure.leaves(first, Value.class);
            List<@Nullable Value> masks = new ArrayList<>();
            if (arguments.get("mask") != null) masks.addAll(flatMask(arguments.get("mask"), inputs.size()));
            else for (Value x : inputs) masks.add(this.masks.get(x));

            LayerScope scope =
                    new LayerScope(this, path, owners, policy, instance.dtype(), trainable, trains, arguments);
            List<Value> outputs = layer.call(scope, inputs);
            if (Lora.of(instance) != null) adaptersLast(path);
            if (!(layer instanceof Composite))
                outputs = outputs.stream().map(y -> fresh(y, inputs, masks)).toList();
            if (layer.supportsMasking()) setMasks(scope, layer, inputs, masks, outputs);
            Regularizer regularizer = instance.activityRegularizer() != null
                    ? instance.activityRegularizer()
                    : layer.activityRegularizer();
            if (regularizer != null) {
                for (Value y : outputs) {
                    Value penalty = regularizer.penalty(y);
                    penalties.add(new Penalty(
                            path, y.rank() > 0 ? penalty.divide(y.shape().dim(0)) : penalty));
                }
            }
            calls.add(new Call(path, layer, types(inputs), outputs));
            return outputs;
        }

        private static List<String> names(List<VariableSpec.Owner> owners) {
            return owners.stream().map(VariableSpec.Owner::kerasName).toList();
        }

        /** Keras makes adapters when all of a layer's own weights are there. */
        private void adaptersLast(String path) {
            for (VariableSpec v : List.copyOf(variables.values())) {
                if (Lora.isPart(v.name()) && v.layerPath().equals(path)) variables.putLast(v.path(), v);
            }
        }

        private static List<TensorType> types(List<Value> values) {
            return values.stream().map(Value::type).toList();
        }

        /** A layer that hands an input through must not hand its mask through with it. */
        private static Value fresh(Value y, List<Value> inputs, List<@Nullable Value> masks) {
            int i = inputs.indexOf(y);
            return i >= 0 && masks.get(i) != null
                    ? Node.of(new Op.Reshape(y.shape()), List.of(y)).output(0)
                    : y;
        }

        private void setMasks(
                Scope scope, Layer layer, List<Value> inputs, List<@Nullable Value> masks, List<Value> outputs) {
            if (outputs.stream().allMatch(this.masks::containsKey)) return;
            List<@Nullable Value> computed = layer.computeMask(scope, inputs, masks);
            for (int i = 0; i < Math.min(computed.size(), outputs.size()); i++) {
                Value mask = computed.get(i);
                if (mask != null) this.masks.putIfAbsent(outputs.get(i), mask);
            }
        }

        private static List<@Nullable Value> flatMask(Object mask, int n) {
            List<@Nullable Value> r = new ArrayList<>();
            if (mask instanceof List<?> list) {
                for (Object m : list) r.add(m instanceof Value v ? v : null);
            } else {
                r.addAll(Structure.leaves(mask, Value.class));
            }
            while (r.size() < n) r.add(null);
            return r;
        }

        private static Map<String, @Nullable Object> bind(Layer layer, List<?> positional, Map<String, ?> keywords) {
            Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
            List<String> names = layer.parameters();
            if (names.isEmpty()) { // any arguments: the positional ones are named by number
                for (int i = 0; i < positional.size(); i++) arguments.put(Integer.toString(i), positional.get(i));
                arguments.putAll(keywords);
                return arguments;
            }
            for (int i = 0; i < positional.size(); i++) {
                if (i >= names.size()) {
                    throw new ShapeException("takes " + names.size() + " arguments, got " + positional.size());
                }
                arguments.put(names.get(i), positional.get(i));
            }
            keywords.forEach((k, v) -> {
                boolean known = names.contains(k) || k.equals("training") || k.equals("mask");
                if (!known && v != null)
                    throw new ShapeException("does not understand the argument \"" + k + "\"; known: " + names);
                arguments.put(k, v);
            });
            return arguments;
        }

        private @Nullable Object cast(@Nullable Object argument, DType to) {
            if (!to.isFloating()) return argument;
            return argument instanceof Value v
                    ? castOne(v, to)
                    : Structure.map(argument, leaf -> leaf instanceof Value v ? castOne(v, to) : leaf);
        }

        private Value castOne(Value v, DType to) {
            if (!v.dtype().isFloating() || v.dtype() == to) return v;
            Value y = v.cast(to);
            Value mask = masks.get(v);
            if (mask != null) masks.put(y, mask);
            return y;
        }

        /** Keras' rule: one tensor argument fills {@code mask}, several fill {@code <name>_mask} each. */
        private void fillMasks(Layer layer, Map<String, @Nullable Object> arguments) {
            List<String> names = layer.parameters();
            List<String> tensors = arguments.entrySet().stream()
                    .filter(e -> !Structure.leaves(e.getValue(), Value.class).isEmpty())
                    .map(Map.Entry::getKey)
                    .toList();
            if (tensors.size() == 1) {
                String only = tensors.get(0);
                if (names.contains("mask") && arguments.get("mask") == null && !only.equals("mask")) {
                    arguments.put("mask", masksOf(arguments.get(only)));
                }
            } else {
                for (String t : tensors) {
                    String maskName = t + "_mask";
                    if (names.contains(maskName) && arguments.get(maskName) == null) {
                        arguments.put(maskName, masksOf(arguments.get(t)));
                    }
                }
            }
        }

        private @Nullable Object masksOf(@Nullable Object argument) {
            if (argument instanceof Value v) return masks.get(v);
            Object r = Structure.map(argument, leaf -> leaf instanceof Value v ? masks.get(v) : null);
            return Structure.leaves(r, Value.class).isEmpty() ? null : r;
        }

        Value variable(VariableSpec spec) {
            VariableSpec known = variables.putIfAbsent(spec.path(), spec);
            if (known != null && !known.type().equals(spec.type())) {
                throw new ShapeException(
                        "weight " + spec.path() + " was " + known.type() + " in an earlier call, now " + spec.type());
            }
            Value first = values.computeIfAbsent(spec.path(), p -> Value.variable(p, spec.type()));
            UnaryOperator<Value> renewal = renewals.remove(spec.path());
            if (renewal != null) {
                Value next = renewal.apply(current(spec.path(), first));
                renewed.computeIfAbsent(spec.path(), p -> new ArrayList<>()).add(next);
            }
            return current(spec.path(), first);
        }

        private Value current(String path, Value first) {
            List<Value> later = renewed.get(path);
            return later == null ? first : later.getLast();
        }

        Value random(boolean normal, Shape shape) {
            if (seed == null) seed = Value.parameter(SEED, TensorType.of(DType.INT64, 2));
            // Each draw of a step has its own number, so that two dropouts differ.
            Value own = seed.add(Value.constant(io.argali.runtime.tensor.Tensor.of(new long[] {0, draws++}, 2)));
            return Node.of(new Op.Random(normal, new TensorType(DType.FLOAT32, shape)), List.of(own))
                    .output(0);
        }
    }

    private record LayerScope(
            Recorder recorder,
            String path,
            List<VariableSpec.Owner> owners,
            DTypePolicy own,
            DTypePolicy policy,
            boolean trainable,
            boolean training,
            Map<String, @Nullable Object> arguments)
            implements Scope {

        @Override
        public Value weight(String name, Shape shape, WeightOptions options) {
            return uncastWeight(name, shape, options).cast(computeTypeFor(own.variable()));
        }

        private DType computeTypeFor(DType variable) {
            return variable.isFloating() && own.compute().isFloating() ? own.compute() : variable;
        }

        @Override
        public Value uncastWeight(String name, Shape shape, WeightOptions options) {
            if (lora(name) == null) return trained(name, own.variable(), shape, options, trainable);
            Value weight = trained(name, own.variable(), shape, options, false);
            Adapters added = Objects.requireNonNull(uncastAdapters(name, shape, options));
            return added.lora().adapted(weight, added.a(), added.b());
        }

        @Override
        public Value frozen(String name, DType dtype, Shape shape, Initializer initializer) {
            return kept(name, dtype, shape, initializer, false, VariableSpec.Kind.FROZEN);
        }

        private @Nullable Lora lora(String name) {
            Instance own = owners.getLast().instance();
            return own == null || !Lora.adapts(name) ? null : Lora.of(own);
        }

        private @Nullable Adapters uncastAdapters(String name, Shape shape, WeightOptions options) {
            Lora lora = lora(name);
            if (lora == null) return null;
            Value a = trained(Lora.a(name), DType.FLOAT32, lora.aShape(shape), Lora.aOptions(options), trainable);
            Value b = trained(Lora.b(name), DType.FLOAT32, lora.bShape(shape), Lora.bOptions(options), trainable);
            return new Adapters(lora, a, b);
        }

        @Override
        public @Nullable Adapters adapters(String weight, Shape shape, WeightOptions options) {
            Adapters own = uncastAdapters(weight, shape, options);
            if (own == null) return null;
            DType compute = computeTypeFor(DType.FLOAT32);
            return new Adapters(own.lora(), own.a().cast(compute), own.b().cast(compute));
        }

        private Value trained(String name, DType dtype, Shape shape, WeightOptions options, boolean trains) {
            TensorType type = new TensorType(dtype, shape);
            return recorder.variable(new VariableSpec(
                    full(name), name, type, trains, VariableSpec.Kind.WEIGHT, options, List.copyOf(owners)));
        }

        @Override
        public Value state(String name, DType dtype, Shape shape, Initializer initializer) {
            Value first = kept(name, dtype, shape, initializer, false, VariableSpec.Kind.STATE);
            return recorder.updates.getOrDefault(full(name), first);
        }

        @Override
        public Value overwritten(String name, DType dtype, Shape shape, Initializer initializer) {
            return kept(name, dtype, shape, initializer, trainable, VariableSpec.Kind.OVERWRITTEN);
        }

        private Value kept(
                String name,
                DType dtype,
                Shape shape,
                Initializer initializer,
                boolean trains,
                VariableSpec.Kind kind) {
            WeightOptions options = WeightOptions.of(initializer);
            TensorType type = new TensorType(dtype, shape);
            return recorder.variable(
                    new VariableSpec(full(name), name, type, trains, kind, options, List.copyOf(owners)));
        }

        @Override
        public Value memory(String name, TensorType type) {
            String at = full(name);
            recorder.memories.put(at, type);
            Value left = recorder.updates.get(at);
            return left != null ? left : recorder.values.computeIfAbsent(at, p -> Value.variable(p, type));
        }

        private String full(String name) {
            return path.isEmpty() ? name : path + "/" + name;
        }

        @Override
        public void update(String name, Value value) {
            recorder.updates.put(full(name), value);
        }

        @Override
        public void renew(String variable, UnaryOperator<Value> function) {
            recorder.renewals.put(full(variable), function);
        }

        @Override
        public Scope child(String attribute, Layer layer) {
            List<VariableSpec.Owner> deeper = Stream.concat(
                            owners.stream(), Stream.of(new VariableSpec.Owner(attribute, layer, null)))
                    .toList();
            return new LayerScope(
                    recorder, full(attribute), deeper, own, policy, trainable, training, new LinkedHashMap<>());
        }

        @Override
        public Scope child(String attribute, Instance inner) {
            List<VariableSpec.Owner> deeper = Stream.concat(
                            owners.stream(), Stream.of(new VariableSpec.Owner(attribute, inner.layer(), inner)))
                    .toList();
            return new LayerScope(
                    recorder,
                    full(attribute),
                    deeper,
                    inner.dtype().of(Recorder.names(deeper)),
                    inner.dtype(),
                    trainable && inner.trainable(),
                    training,
                    new LinkedHashMap<>());
        }

        @Override
        public List<Value> call(String attribute, Instance layer, List<?> arguments, Map<String, ?> keywords) {
            return recorder.call(this, attribute, layer, arguments, keywords);
        }

        @Override
        public @Nullable Object argument(String parameter) {
            return arguments.get(parameter);
        }

        @Override
        public @Nullable Value maskOf(Value x) {
            return recorder.masks.get(x);
        }

        @Override
        public void setMask(Value x, @Nullable Value mask) {
            if (mask == null) recorder.masks.remove(x);
            else recorder.masks.put(x, mask);
        }

        @Override
        public int lengthOf(Value number) {
            return recorder.numbers.length(number);
        }

        @Override
        public int numberOf(Value number) {
            return recorder.numbers.other(number);
        }

        @Override
        public Value random(boolean normal, Shape shape) {
            return recorder.random(normal, shape);
        }

        @Override
        public DType computeType() {
            return own.compute();
        }

        @Override
        public @Nullable Quantization quantization() {
            return own.quantization();
        }

        @Override
        public DType variableType() {
            return own.variable();
        }
    }
}
