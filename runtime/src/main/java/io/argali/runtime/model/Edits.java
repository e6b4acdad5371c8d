package io.argali.runtime.model;

import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.Lora;
import io.argali.runtime.layer.convolutional.Conv1D;
import io.argali.runtime.layer.convolutional.Conv2D;
import io.argali.runtime.layer.convolutional.Conv3D;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.layer.core.EinsumDense;
import io.argali.runtime.layer.core.Embedding;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/** What people change in a model before they train it further. Each edit gives a new model; the old one stays as it was. */
public final class Edits {
    private Edits() {}

    // Frozen layers

    /** The model with layers whose weights stay; see {@link #withTrainable}. */
    public static Model freeze(Model model, String pattern) {
        return withTrainable(model, pattern, false);
    }

    /** The model with layers whose weights are trained; see {@link #withTrainable}. */
    public static Model unfreeze(Model model, String pattern) {
        return withTrainable(model, pattern, true);
    }

    /**
     * The model with other layers frozen. A layer made of layers passes it on to all of them; a layer that is to be trained inside one that is frozen
     * is, and its neighbours stay frozen.
     *
     * @param pattern a layer's name, or its path ({@code backbone/conv}), where {@code *} stands for anything, {@code ?} for a character and {@code
     *     [1-4]} for one of a range
     * @throws IllegalArgumentException if no layer is of that name
     */
    public static Model withTrainable(Model model, String pattern, boolean trainable) {
        Pattern p = glob(pattern);
        Set<String> names = new LinkedHashSet<>();
        if (!anyMatches(model.root().layer(), "", p, names)) {
            throw new IllegalArgumentException("no layer is named \"" + pattern + "\"; there are " + names);
        }
        Instance root = mark(model.root(), "", p, trainable);
        return Model.of(root, model.weights())
                .withSavedTraining(model.savedTraining())
                .withBackend(model.backend());
    }

    private static Pattern glob(String pattern) {
        StringBuilder b = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            switch (c) {
                case '*' -> b.append(".*");
                case '?' -> b.append('.');
                case '[', ']', '-' -> b.append(c);
                default -> b.append(Pattern.quote(String.valueOf(c)));
            }
        }
        try {
            return Pattern.compile(b.toString());
        } catch (java.util.regex.PatternSyntaxException e) {
            return Pattern.compile(Pattern.quote(pattern));
        }
    }

    private static boolean matches(Pattern p, String path, String name) {
        return p.matcher(name).matches() || p.matcher(path).matches();
    }

    private static boolean anyMatches(Layer layer, String path, Pattern p, Set<String> names) {
        boolean any = false;
        if (!(layer instanceof Composite c)) return false;
        for (Instance l : c.layers()) {
            String at = path.isEmpty() ? l.name() : path + "/" + l.name();
            names.add(at);
            any |= matches(p, at, l.name()) | anyMatches(l.layer(), at, p, names);
        }
        return any;
    }

    private static Instance mark(Instance layer, String path, Pattern p, boolean trainable) {
        if (!(layer.layer() instanceof Composite c)) return layer;
        boolean opens = trainable && !layer.trainable() && anyMatches(c, path, p, new HashSet<>());
        List<Instance> inner = new ArrayList<>();
        for (Instance l : c.layers()) {
            String at = path.isEmpty() ? l.name() : path + "/" + l.name();
            if (matches(p, at, l.name())) inner.add(all(l, trainable));
            else inner.add(mark(opens ? all(l, false) : l, at, p, trainable));
        }
        return layer.withLayer(c.withLayers(inner)).withTrainable(layer.trainable() || opens);
    }

    private static Instance all(Instance layer, boolean trainable) {
        Instance own = layer.withTrainable(trainable);
        if (!(layer.layer() instanceof Composite c)) return own;
        return own.withLayer(
                c.withLayers(c.layers().stream().map(l -> all(l, trainable)).toList()));
    }

    /** The paths of the weights that training changes. */
    public static Set<String> trainablePaths(Model model) {
        Set<String> r = new LinkedHashSet<>();
        model.variables().forEach((path, spec) -> {
            if (spec.trainable()) r.add(path);
        });
        return r;
    }

    // Low-rank adaptation

    /**
     * The model with adapters of low rank on some layers, of whose weights the large ones are frozen then.
     *
     * @param pattern as for {@link #withTrainable}; of the layers that match, those that can be adapted are: Dense, EinsumDense, Embedding, Conv1D to
     *     Conv3D
     * @param seed of the adapters' initializers
     * @throws IllegalArgumentException if there is none to adapt, or one has a constraint on its kernel, or has adapters already
     */
    public static Model enableLora(Model model, String pattern, int rank, long seed) {
        return enableLora(model, pattern, rank, rank, seed);
    }

    /**
     * As {@link #enableLora(Model, String, int, long)}.
     *
     * @param alpha what adapters count: {@code alpha / rank}
     */
    public static Model enableLora(Model model, String pattern, int rank, double alpha, long seed) {
        if (rank < 1) throw new IllegalArgumentException("the rank must be 1 or more. Received: rank=" + rank);
        Pattern p = glob(pattern);
        int[] adapted = {0};
        Instance root = map(model.root(), "", (path, l) -> {
            if (!matches(p, path, l.name()) || !isAdaptable(l.layer())) return l;
            if (Lora.of(l) != null) throw new IllegalArgumentException("layer \"" + path + "\" has adapters already");
            if (l.dtype().quantization() != null)
                throw new IllegalArgumentException("layer \"" + path + "\" is quantized ("
                        + l.dtype().name() + "): adapters can be merged into plain weights only");
            adapted[0]++;
            return new Lora(rank, alpha).on(l);
        });
        if (adapted[0] == 0)
            throw new IllegalArgumentException("no layer that can be adapted is named \"" + pattern + "\"");
        Model.declare(root).variables().values().forEach(v -> {
            boolean bound = Lora.adapts(v.name())
                    && v.options().constraint() != null
                    && v.owners().getLast().instance() instanceof Instance i
                    && Lora.of(i) != null;
            if (bound)
                throw new IllegalArgumentException("layer \"" + v.layerPath() + "\" has a constraint on its " + v.name()
                        + ", which adapters would break");
        });
        return rebuilt(model, root, seed);
    }

    private static boolean isAdaptable(Layer l) {
        return l instanceof Dense
                || l instanceof EinsumDense
                || l instanceof Embedding
                || l instanceof Conv1D
                || l instanceof Conv2D
                || l instanceof Conv3D;
    }

    private interface Change {
        Instance of(String path, Instance layer);
    }

    private static Instance map(Instance layer, String path, Change change) {
        if (!(layer.layer() instanceof Composite c)) return change.of(path, layer);
        return layer.withLayer(c.withLayers(c.layers().stream()
                .map(l -> map(l, path.isEmpty() ? l.name() : path + "/" + l.name(), change))
                .toList()));
    }

    /** The same model with what its adapters learnt in the weights that they adapt, and the adapters zero: what Keras saves. */
    public static Model withMergedLora(Model model) {
        Map<String, Tensor> changes = new LinkedHashMap<>();
        model.variables().values().forEach(v -> {
            Instance own = v.owners().getLast().instance();
            Lora lora = own == null || !Lora.adapts(v.name()) ? null : Lora.of(own);
            if (lora == null) return;
            String a = v.layerPath() + "/" + Lora.a(v.name()), b = v.layerPath() + "/" + Lora.b(v.name());
            // Beside quantized weights, adapters are zero and stay so: files have them merged, and none can be enabled.
            if (!v.type().dtype().isFloating()) return;
            Value merged = lora.adapted(
                    Value.constant(model.weights().get(v.path())),
                    Value.constant(model.weights().get(a)),
                    Value.constant(model.weights().get(b)));
            changes.put(
                    v.path(),
                    model.backend()
                            .compiler(model.weights()::get)
                            .compile(new Graph(List.of(), List.of(merged)))
                            .run(List.of())[0]);
            for (String part : List.of(a, b))
                changes.put(
                        part,
                        Tensor.zeros(
                                model.weights().get(part).dtype(),
                                model.weights().get(part).shape()));
        });
        return changes.isEmpty() ? model : model.withWeights(model.weights().with(changes));
    }

    // Other heads

    /** The model without its last layers: a classifier without its classes. What is no longer needed goes. */
    public static Model withoutLast(Model model, int n) {
        Instance root = model.root();
        for (int i = 0; i < n; i++) root = withoutLast(root);
        return rebuilt(model, root, 0);
    }

    private static Instance withoutLast(Instance root) {
        return switch (root.layer()) {
            case Sequential s -> {
                int last = s.layers().size() - 1;
                boolean onlyInput = last < 1 || last == 1 && s.layers().get(0).layer() instanceof InputLayer;
                if (onlyInput)
                    throw new IllegalArgumentException("model \"" + root.name() + "\" has no layer left to take away");
                yield root.withLayer(new Sequential(s.layers().subList(0, last), s.buildShape()));
            }
            case Functional f -> {
                Ref output = onlyOutput(root, f);
                LayerCall call = f.calls().stream()
                        .filter(c -> c.layer().equals(output.layer()) && c.call() == output.call())
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "model \"" + root.name() + "\" has no layer left to take away"));
                List<Ref> before = Structure.leaves(call.arguments(), Ref.class);
                if (before.size() != 1) {
                    throw new IllegalArgumentException("layer \"" + call.layer() + "\" takes " + before.size()
                            + " tensors: say with upTo(layer) which one the model is to end with");
                }
                yield root.withLayer(endingWith(f, before.get(0)));
            }
            default -> throw notMadeOfLayers(root);
        };
    }

    /** The model up to a layer, whose output becomes the model's. What comes after goes. */
    public static Model upTo(Model model, String layer) {
        Instance root = model.root();
        Instance cut = switch (root.layer()) {
            case Sequential s -> {
                List<String> names = s.layers().stream().map(Instance::name).toList();
                int at = names.indexOf(layer);
                if (at < 0)
                    throw new IllegalArgumentException("no layer is named \"" + layer + "\"; there are " + names);
                yield root.withLayer(new Sequential(s.layers().subList(0, at + 1), s.buildShape()));
            }
            case Functional f -> {
                f.layer(layer);
                int call = f.calls().stream()
                        .filter(c -> c.layer().equals(layer))
                        .mapToInt(LayerCall::call)
                        .max()
                        .orElse(0);
                yield root.withLayer(endingWith(f, new Ref(layer, call, 0)));
            }
            default -> throw notMadeOfLayers(root);
        };
        return rebuilt(model, cut, 0);
    }

    /**
     * The model with layers after its last one; they are named as Keras would name them and begin as their initializers say, while the others keep
     * their weights.
     *
     * @param seed of the initializers
     */
    public static Model append(Model model, long seed, Layer... layers) {
        Map<String, Integer> used = new HashMap<>();
        Set<String> taken =
                new HashSet<>(model.layers().stream().map(Instance::name).toList());
        List<Instance> added = new ArrayList<>();
        for (Layer l : layers) {
            String name = Sequential.defaultName(l, used);
            while (!taken.add(name)) name = Sequential.defaultName(l, used);
            added.add(Instance.of(name, l));
        }
        return append(model, seed, added);
    }

    /** As {@link #append(Model, long, Layer...)}, of layers that have names. */
    public static Model append(Model model, long seed, List<Instance> layers) {
        Instance root = model.root();
        Layer longer = switch (root.layer()) {
            case Sequential s -> {
                List<Instance> all = new ArrayList<>(s.layers());
                all.addAll(layers);
                yield new Sequential(all, s.buildShape());
            }
            case Functional f -> {
                List<Instance> all = new ArrayList<>(f.layers());
                List<LayerCall> calls = new ArrayList<>(f.calls());
                Ref end = onlyOutput(root, f);
                for (Instance l : layers) {
                    all.add(l);
                    calls.add(new LayerCall(l.name(), 0, List.of(end), Map.of()));
                    end = new Ref(l.name(), 0, 0);
                }
                yield new Functional(all, calls, f.inputs(), f.outputs() instanceof Ref ? end : List.of(end));
            }
            default -> throw notMadeOfLayers(root);
        };
        return rebuilt(model, root.withLayer(longer), seed);
    }

    private static Ref onlyOutput(Instance root, Functional f) {
        List<Ref> outputs = f.outputRefs();
        if (outputs.size() == 1) return outputs.get(0);
        throw new IllegalArgumentException("model \"" + root.name() + "\" has " + outputs.size()
                + " outputs: say with upTo(layer) which one to go on from");
    }

    private static IllegalArgumentException notMadeOfLayers(Instance root) {
        return new IllegalArgumentException("model \"" + root.name() + "\" is a "
                + root.layer().getClass().getSimpleName() + ", not made of named layers");
    }

    /** The calls and layers that one tensor needs; all inputs stay. */
    private static Functional endingWith(Functional f, Ref end) {
        Set<String> needed = new HashSet<>(Set.of(end.layer() + "/" + end.call()));
        List<LayerCall> calls = new ArrayList<>();
        for (LayerCall c : f.calls().reversed()) { // each stands after those it needs
            if (!needed.contains(c.layer() + "/" + c.call())) continue;
            calls.add(0, c);
            List<Ref> before = new ArrayList<>(Structure.leaves(c.arguments(), Ref.class));
            before.addAll(Structure.leaves(c.keywords(), Ref.class));
            for (Ref r : before) needed.add(r.layer() + "/" + r.call());
        }
        Set<String> layers = new HashSet<>();
        calls.forEach(c -> layers.add(c.layer()));
        f.inputRefs().forEach(r -> layers.add(r.layer()));
        List<Instance> kept =
                f.layers().stream().filter(l -> layers.contains(l.name())).toList();
        return new Functional(kept, calls, f.inputs(), f.outputs() instanceof Ref ? end : List.of(end));
    }

    /** Weights that were there stay; others are drawn. The optimizer's state is of the weights before, and goes. */
    private static Model rebuilt(Model old, Instance root, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<String> known = new HashSet<>(old.weights().paths());
        Map<String, Tensor> values = new LinkedHashMap<>();
        Model.declare(root).variables().forEach((path, spec) -> {
            Initializer initializer = spec.options().initializer();
            Tensor t = known.contains(path) && old.weights().get(path).type().equals(spec.type())
                    ? old.weights().get(path)
                    : initializer.create(spec.type().shape(), spec.type().dtype(), random);
            values.put(path, t);
        });
        SavedTraining saved = new SavedTraining(old.savedTraining().compileConfig(), List.of());
        return Model.of(root, new Weights(values)).withSavedTraining(saved).withBackend(old.backend());
    }
}
