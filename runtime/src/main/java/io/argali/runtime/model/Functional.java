package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph of layer calls.
 *
 * @param layers all layers, operations included, in Keras' order
 * @param calls the calls that the outputs need, in the order in which Keras runs them
 * @param inputs the tensors that come in: a {@link Ref}, or lists and maps of them
 * @param outputs the tensors that go out, likewise
 */
public record Functional(List<Instance> layers, List<LayerCall> calls, Object inputs, Object outputs)
        implements Composite {
    public Functional {
        layers = List.copyOf(layers);
        calls = sorted(calls, Structure.leaves(inputs, Ref.class), Structure.leaves(outputs, Ref.class));
    }

    @Override
    public Functional withLayers(List<Instance> other) {
        return new Functional(other, calls, inputs, outputs);
    }

    /** The model between some inputs and outputs, written in Java; see {@link Symbol}. */
    public static Functional of(List<Symbol> inputs, List<Symbol> outputs) {
        return Symbol.functional(inputs, outputs);
    }

    /** The layer of this name. */
    public Instance layer(String name) {
        return layers.stream()
                .filter(l -> l.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no layer \"" + name + "\""));
    }

    /** The tensors that come in, in Keras' order. */
    public List<Ref> inputRefs() {
        return Structure.leaves(inputs, Ref.class);
    }

    /** The tensors that go out, in Keras' order. */
    public List<Ref> outputRefs() {
        return Structure.leaves(outputs, Ref.class);
    }

    @Override
    public boolean supportsMasking() {
        return true;
    }

    @Override
    public List<@Nullable Value> computeMask(Scope scope, List<Value> inputs, List<@Nullable Value> masks) {
        return List.of(); // each inner layer has set its own
    }

    @Override
    public List<String> parameters() {
        return List.of("inputs", "mask");
    }

    @Override
    public boolean autocast() {
        return false;
    }

    @Override
    public List<Value> call(Scope scope, List<Value> given) {
        List<Ref> refs = inputRefs();
        List<Value> inputs = byName(scope.argument("inputs"), refs, given);
        if (inputs.size() != refs.size()) {
            throw new ShapeException(scope.path() + ": expected " + refs.size() + " inputs, got " + inputs.size());
        }
        List<Value> masks = Structure.leaves(scope.argument("mask"), Value.class);
        Map<String, Instance> byName = new HashMap<>();
        for (Instance layer : layers) byName.put(layer.name(), layer);
        Map<Ref, Value> values = new HashMap<>();
        for (int i = 0; i < refs.size(); i++) {
            Value x = inputs.get(i);
            if (masks.size() == refs.size()) scope.setMask(x, masks.get(i));
            values.put(
                    refs.get(i),
                    conform(scope, Objects.requireNonNull(byName.get(refs.get(i).layer())), x));
        }
        for (LayerCall call : calls) {
            Instance layer = Objects.requireNonNull(byName.get(call.layer()));
            List<?> arguments = (List<?>) Objects.requireNonNull(resolve(call.arguments(), values));
            Map<String, Object> keywords = new LinkedHashMap<>();
            call.keywords().forEach((k, v) -> {
                Object r = resolve(v, values);
                if (r != null) keywords.put(k, r);
            });
            List<Value> results = scope.call(layer.name(), layer, arguments, keywords);
            for (int i = 0; i < results.size(); i++) {
                values.put(new Ref(call.layer(), call.call(), i), results.get(i));
            }
        }
        List<Value> outputs = new ArrayList<>();
        for (Ref r : outputRefs()) {
            Value v = values.get(r);
            if (v == null) throw new ShapeException(scope.path() + ": nothing makes output " + r);
            outputs.add(v);
        }
        return outputs;
    }

    /** Inputs given by name to a model that has a list of them. */
    private List<Value> byName(@Nullable Object argument, List<Ref> refs, List<Value> flat) {
        if (!(argument instanceof Map<?, ?> map) || inputs instanceof Map) return flat;
        List<Value> r = new ArrayList<>();
        for (Ref ref : refs) if (map.get(ref.layer()) instanceof Value v) r.add(v);
        return r;
    }

    /** The input as the InputLayer declares it: its type, and its rank where an axis of length 1 is missing or too many. */
    private static Value conform(Scope scope, Instance layer, Value x) {
        if (!(layer.layer() instanceof InputLayer input)) return x;
        Value y = x;
        if (input.dtype() != null && input.dtype() != DType.STRING && x.dtype() != DType.STRING)
            y = y.cast(input.dtype());
        Shape declared = input.batchShape();
        if (declared != null) {
            if (y.rank() == declared.rank() + 1 && y.shape().last() == 1) y = y.squeeze(-1);
            else if (y.rank() == declared.rank() - 1 && declared.last() == 1) y = y.expandDims(-1);
        }
        Value mask = scope.maskOf(x);
        if (mask != null && !y.equals(x)) scope.setMask(y, mask);
        return y;
    }

    private static @Nullable Object resolve(@Nullable Object argument, Map<Ref, Value> values) {
        return Structure.map(argument, leaf -> {
            if (!(leaf instanceof Ref ref)) return leaf;
            Value v = values.get(ref);
            if (v == null) throw new ShapeException("nothing makes tensor " + ref);
            return v;
        });
    }

    /**
     * The calls that the outputs need, in the order in which Keras runs them (keras/src/ops/function.py, map_graph): those furthest from the
     * outputs first. The order shows: attention takes the masks off its inputs, and a stateful layer remembers its last call.
     */
    private static List<LayerCall> sorted(List<LayerCall> calls, List<Ref> inputs, List<Ref> outputs) {
        List<LayerCall> fromInputs = depthFirst(calls, Set.copyOf(inputs), outputs);
        Map<String, Integer> depths = new LinkedHashMap<>(), ofLayers = new HashMap<>();
        Map<String, LayerCall> byKey = new HashMap<>();
        Set<Ref> given = Set.copyOf(inputs);
        for (LayerCall c : fromInputs.reversed()) {
            // A layer stands as far from the outputs as the furthest of its calls so far.
            int depth = Math.max(depths.getOrDefault(key(c), 0), ofLayers.getOrDefault(c.layer(), 0));
            depths.put(key(c), depth);
            ofLayers.put(c.layer(), depth);
            byKey.put(key(c), c);
            for (Ref r : needs(c)) if (!given.contains(r)) depths.merge(key(r), depth + 1, Math::max);
        }
        return depths.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .map(e -> Objects.requireNonNull(byKey.get(e.getKey())))
                .toList();
    }

    /** The calls that the outputs need, each after those it needs itself. */
    private static List<LayerCall> depthFirst(List<LayerCall> calls, Set<Ref> given, List<Ref> outputs) {
        Map<String, LayerCall> makers = new HashMap<>();
        for (LayerCall c : calls) makers.put(key(c), c);
        Set<String> done = new HashSet<>(), open = new HashSet<>();
        List<LayerCall> order = new ArrayList<>();
        for (Ref output : outputs) {
            if (given.contains(output)) continue;
            LayerCall root = makers.get(key(output));
            if (root == null) {
                throw new IllegalArgumentException("the model's output takes call " + output.call() + " of layer \""
                        + output.layer() + "\", which the model does not have");
            }
            Deque<LayerCall> stack = new ArrayDeque<>(List.of(root));
            while (!stack.isEmpty()) {
                LayerCall c = stack.peek();
                LayerCall next = done.contains(key(c)) ? null : nextNeeded(c, makers, given, done);
                if (next == null) {
                    stack.pop();
                    open.remove(key(c));
                    if (done.add(key(c))) order.add(c);
                } else {
                    open.add(key(c));
                    if (open.contains(key(next))) {
                        throw new IllegalArgumentException(
                                "the graph has a cycle through layer \"" + next.layer() + "\"");
                    }
                    stack.push(next);
                }
            }
        }
        return order;
    }

    private static @Nullable LayerCall nextNeeded(
            LayerCall c, Map<String, LayerCall> makers, Set<Ref> given, Set<String> done) {
        for (Ref r : needs(c)) {
            if (given.contains(r) || done.contains(key(r))) continue;
            LayerCall maker = makers.get(key(r));
            if (maker == null) {
                throw new IllegalArgumentException("layer \"" + c.layer() + "\" takes call " + r.call() + " of layer \""
                        + r.layer() + "\", which the model does not have");
            }
            return maker;
        }
        return null;
    }

    private static String key(LayerCall c) {
        return c.layer() + "/" + c.call();
    }

    private static String key(Ref r) {
        return r.layer() + "/" + r.call();
    }

    /** What a call takes: its arguments, then its keywords by name. */
    private static List<Ref> needs(LayerCall c) {
        List<Ref> refs = new ArrayList<>(Structure.leaves(c.arguments(), Ref.class));
        refs.addAll(Structure.leaves(c.keywords(), Ref.class));
        return refs;
    }
}
