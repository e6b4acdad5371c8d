package io.argali.runtime.model;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.Backend;
import io.argali.runtime.plan.BatchPart;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.plan.Executable;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Layers with their weights, ready to predict. Safe to use from many threads; holds no resource that needs closing. Changing a model makes
 * another one; the one exception is a stateful recurrent layer, whose state goes from prediction to prediction as in Keras until {@link
 * #resetStates}.
 */
public final class Model implements Predictor {
    /** Plans kept for the input shapes seen last. */
    private static final int PLANS = 16;
    /** A batch is cut where one intermediate value would have more elements than this. */
    private static final int LARGEST_VALUE = 1 << 25;

    private final Instance root;
    private final Weights weights;
    private final List<InputSpec> inputs;
    private final SavedTraining savedTraining;
    private final Backend backend;
    private final Backend.Compiler compiler;
    private final Map<Situation, Prepared> plans = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Situation, Prepared> eldest) {
            return size() > PLANS;
        }
    };
    private final Map<String, Tensor> states = new LinkedHashMap<>();

    /** What a plan is made for: the inputs' types, and the lengths that depend on their elements. */
    private record Situation(List<TensorType> types, List<Integer> lengths) {}

    /**
     * A compiled trace; {@code states} are the weights that go in after the inputs and come out after the outputs. A question is no trace yet, but
     * the computation of the next length that the trace depends on.
     */
    private record Prepared(
            Executable executable, List<LiveState> states, int outputs, int largest, boolean question) {}

    /** Thrown by a trace that needs one more length. */
    private static final class Unanswered extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Value number;

        Unanswered(Value number) {
            super(null, null, false, false);
            this.number = number;
        }
    }

    /** A weight, or a layer's memory, that changes from prediction to prediction. */
    private record LiveState(String path, TensorType type, boolean memory) {}

    /** The plan used last, found without a look-up. */
    private volatile @Nullable Recent recent;

    private record Recent(List<TensorType> types, Prepared plan) {
        boolean fits(List<Tensor> given) {
            for (int i = 0; i < given.size(); i++) {
                Tensor t = given.get(i);
                if (t.dtype() != types.get(i).dtype()
                        || !t.shape().equals(types.get(i).shape())) return false;
            }
            return true;
        }
    }

    private @Nullable Map<String, VariableSpec> variables;

    private Model(
            Instance root,
            Weights weights,
            SavedTraining savedTraining,
            Backend backend,
            @Nullable Map<String, VariableSpec> variables) {
        this.variables = variables;
        this.root = root;
        this.weights = weights;
        this.savedTraining = savedTraining;
        this.inputs = ModelInputs.of(root.layer());
        this.backend = backend;
        this.compiler = backend.compiler(weights::get);
    }

    /** A model with the given weights. */
    public static Model of(Instance root, Weights weights) {
        return new Model(root, weights, SavedTraining.NONE, CpuBackend.best(), null);
    }

    /** A model with the given weights, which {@link #declare} found it to need. */
    public static Model of(Instance root, Weights weights, Map<String, VariableSpec> variables) {
        return new Model(root, weights, SavedTraining.NONE, CpuBackend.best(), variables);
    }

    /** A model with fresh weights, drawn as the layers' initializers say. */
    public static Model of(String name, Layer layer, long seed) {
        return initialized(Instance.of(name, layer), seed);
    }

    /** A model with fresh weights, drawn as the layers' initializers say. */
    public static Model initialized(Instance root, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> values = new LinkedHashMap<>();
        Map<String, VariableSpec> variables = declare(root).variables();
        variables.forEach((path, spec) -> values.put(
                path,
                spec.options()
                        .initializer()
                        .create(spec.type().shape(), spec.type().dtype(), random)));
        return of(root, new Weights(values), variables);
    }

    /**
     * The weights that a model needs, found by running through its layers at stand-in lengths for the unknown axes.
     *
     * @throws ShapeException if the layers do not fit together
     */
    public static Trace declare(Instance root) {
        return ModelInputs.traceWithStandIns(root);
    }

    public String name() {
        return root.name();
    }

    /** The outermost layer. */
    public Instance root() {
        return root;
    }

    @Override
    public List<InputSpec> inputs() {
        return inputs;
    }

    /** The names of the outputs, in order: those of the layers that make them, numbered where they repeat. */
    @Override
    public List<String> outputNames() {
        return ModelInputs.outputNames(root);
    }

    @Override
    public boolean takesRows() {
        return !(root.layer() instanceof NamedFunction);
    }

    public Weights weights() {
        return weights;
    }

    /** The weights that the layers declared, by path. */
    public synchronized Map<String, VariableSpec> variables() {
        if (variables == null) variables = declare(root).variables();
        return variables;
    }

    /** What the file said of the model's training. */
    public SavedTraining savedTraining() {
        return savedTraining;
    }

    /** The layers, if the model is made of named ones. */
    public List<Instance> layers() {
        return root.layer() instanceof Composite c ? c.layers() : List.of(root);
    }

    public Model withWeights(Weights other) {
        return new Model(root, other, savedTraining, backend, variables);
    }

    public Model withSavedTraining(SavedTraining other) {
        return new Model(root, weights, other, backend, variables);
    }

    /** What runs it. */
    public Backend backend() {
        return backend;
    }

    public Model withBackend(Backend other) {
        return new Model(root, weights, savedTraining, other, variables);
    }

    /** Keras' {@code summary()}, as text. */
    public String summary() {
        return Summary.of(this, false).toText(false);
    }

    /** One row in, one row out: for a model with one input and one output. */
    public float[] predict(float[] row) {
        InputSpec spec = onlyInput();
        int[] d = spec.shape().toArray();
        d[0] = 1;
        int hole = -1, known = 1;
        for (int i = 0; i < d.length; i++) {
            if (d[i] == Shape.UNKNOWN) hole = i;
            else known *= d[i];
        }
        if (hole >= 0) d[hole] = row.length / Math.max(1, known);
        if (Arrays.stream(d).asLongStream().reduce(1, (a, b) -> a * b) != row.length) {
            throw new ShapeException("input \"" + spec.name() + "\": expected a row of shape " + spec.shape() + ", got "
                    + row.length + " numbers");
        }
        return predict(Tensor.wrap(DType.FLOAT32, Shape.of(d), row)).toFloatArray();
    }

    /** A batch of rows, for a model whose one input and one output are vectors. */
    public float[][] predict(float[][] rows) {
        Tensor y = predict(Tensor.of(rows));
        int n = rows.length, k = n == 0 ? 0 : y.size() / n;
        float[] flat = y.toFloatArray();
        float[][] r = new float[n][];
        for (int i = 0; i < n; i++) r[i] = Arrays.copyOfRange(flat, i * k, (i + 1) * k);
        return r;
    }

    /** A batch, for a model with one input and one output. */
    public Tensor predict(Tensor x) {
        List<Tensor> y = predict(List.of(x));
        if (y.size() != 1)
            throw new ShapeException("the model has " + y.size() + " outputs; ask for them as a list or map");
        return y.get(0);
    }

    /** Outputs by name from inputs by name. */
    public Map<String, Tensor> predict(Map<String, Tensor> named) {
        List<Tensor> given = new ArrayList<>();
        for (InputSpec spec : inputs) {
            Tensor t = named.get(spec.name());
            if (t == null)
                throw new ShapeException("input \"" + spec.name() + "\" is missing; given: " + named.keySet());
            given.add(t);
        }
        for (String name : named.keySet()) {
            if (inputs.stream().noneMatch(s -> s.name().equals(name))) {
                throw new ShapeException("the model has no input \"" + name + "\"; its inputs: " + inputs);
            }
        }
        List<Tensor> y = predict(given);
        Map<String, Tensor> r = new LinkedHashMap<>();
        List<String> names = outputNames();
        for (int i = 0; i < y.size(); i++) r.put(names.get(i), y.get(i));
        return r;
    }

    /**
     * Outputs in order from inputs in order.
     *
     * @throws ShapeException if the inputs do not fit; the message names the input
     */
    @Override
    public List<Tensor> predict(List<Tensor> given) {
        List<Tensor> conforming = conform(given);
        Prepared plan = prepared(conforming);
        if (plan.largest() <= LARGEST_VALUE || !plan.states().isEmpty()) return run(plan, conforming);
        int batch = commonBatch(types(conforming));
        if (batch <= 1) return run(plan, conforming);
        return runInChunks(conforming, batch, chunk(batch, plan.largest()));
    }

    /** How many rows may be computed at a time. */
    private static int chunk(int batch, int largest) {
        return (int) Math.max(1, (long) batch * LARGEST_VALUE / largest);
    }

    /** The length of the first axis, if all inputs have the same; else 0. */
    private static int commonBatch(List<TensorType> inputs) {
        int batch = 0;
        for (int i = 0; i < inputs.size(); i++) {
            Shape s = inputs.get(i).shape();
            if (s.rank() == 0 || i > 0 && s.dim(0) != batch) return 0;
            batch = s.dim(0);
        }
        return batch;
    }

    /**
     * Inputs in the types and ranks that the model declares.
     *
     * @throws ShapeException if they do not fit; the message names the input
     */
    public List<Tensor> conform(List<Tensor> given) {
        if (given.size() != inputs.size()) {
            throw new ShapeException("the model has " + inputs.size() + " inputs " + inputs + ", got " + given.size());
        }
        List<Tensor> conforming = new ArrayList<>(given.size());
        for (int i = 0; i < given.size(); i++) conforming.add(ModelInputs.conform(inputs.get(i), given.get(i)));
        return conforming;
    }

    private List<Tensor> runInChunks(List<Tensor> given, int batch, int chunk) {
        List<List<Tensor>> parts = new ArrayList<>();
        for (int from = 0; from < batch; from += chunk) {
            int start = from, end = Math.min(batch, from + chunk);
            List<Tensor> part =
                    given.stream().map(t -> Rows.slice(t, start, end)).toList();
            parts.add(run(prepared(part), part));
        }
        return joined(parts, i -> true);
    }

    /** The results of parts of a batch, one below the other if they have rows; the others are the same for all parts. */
    private static List<Tensor> joined(List<List<Tensor>> parts, IntPredicate hasRows) {
        List<Tensor> r = new ArrayList<>();
        for (int i = 0; i < parts.get(0).size(); i++) {
            int n = i;
            r.add(
                    hasRows.test(n)
                            ? Rows.concat(parts.stream().map(p -> p.get(n)).toList())
                            : parts.get(0).get(n));
        }
        return r;
    }

    private List<Tensor> run(Prepared plan, List<Tensor> conforming) {
        if (plan.states().isEmpty()) return Arrays.asList(plan.executable().run(conforming));
        synchronized (states) {
            List<Tensor> all = new ArrayList<>(conforming);
            for (LiveState s : plan.states()) all.add(state(s));
            Tensor[] r = plan.executable().run(all);
            for (int i = 0; i < plan.states().size(); i++)
                states.put(plan.states().get(i).path(), r[plan.outputs() + i]);
            return Arrays.asList(r).subList(0, plan.outputs());
        }
    }

    private Tensor state(LiveState s) {
        Tensor t = states.computeIfAbsent(
                s.path(),
                path -> s.memory() ? Tensor.zeros(s.type().dtype(), s.type().shape()) : weights.get(path));
        if (!t.type().equals(s.type())) {
            throw new ShapeException(
                    "the state " + s.path() + " is " + t.type() + " from the last prediction, and this one has "
                            + s.type() + ": keep the batch size, or call resetStates()");
        }
        return t;
    }

    /** Where the time of a prediction goes: the median of some runs for each piece of the work. */
    public List<Executable.Timing> profile(List<Tensor> inputs, int runs) {
        List<Tensor> conforming = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) conforming.add(ModelInputs.conform(this.inputs.get(i), inputs.get(i)));
        return prepared(conforming).executable().profile(conforming, runs);
    }

    /** Puts the states of stateful recurrent layers back to where the model began. */
    public void resetStates() {
        synchronized (states) {
            states.clear();
        }
    }

    private Prepared prepared(List<Tensor> given) {
        Recent last = recent;
        if (last != null && last.fits(given)) return last.plan;
        List<TensorType> types = types(given);
        List<Integer> lengths = new ArrayList<>();
        while (true) {
            Prepared p = prepared(new Situation(types, List.copyOf(lengths)));
            if (!p.question()) {
                if (lengths.isEmpty()) recent = new Recent(types, p);
                return p;
            }
            lengths.add((int) p.executable().run(given)[0].item());
        }
    }

    private Prepared prepared(Situation situation) {
        synchronized (plans) {
            Prepared p = plans.get(situation);
            if (p == null) {
                p = prepare(situation);
                plans.put(situation, p);
            }
            return p;
        }
    }

    private Prepared prepare(Situation situation) {
        List<TensorType> types = situation.types();
        List<Value> inputs = parameters(types);
        Trace trace;
        try {
            java.util.Iterator<Integer> known = situation.lengths().iterator();
            trace = Trace.of(root, inputs, false, Trace.Numbers.of(number -> {
                if (known.hasNext()) return known.next();
                throw new Unanswered(number);
            }));
        } catch (Unanswered e) {
            return new Prepared(compiler.compile(new Graph(inputs, List.of(e.number))), List.of(), 1, 0, true);
        }
        List<Value> parameters = new ArrayList<>(trace.graph().parameters());
        List<Value> outputs = new ArrayList<>(trace.graph().outputs());
        List<LiveState> live = new ArrayList<>();
        Map<String, Value> variables = variableValues(trace.graph());
        for (String path : trace.updates().keySet()) {
            TensorType memory = trace.memories().get(path);
            TensorType type = memory != null
                    ? memory
                    : Objects.requireNonNull(trace.variables().get(path)).type();
            live.add(new LiveState(path, type, memory != null));
            Value v = variables.get(path);
            parameters.add(v != null ? v : Value.variable(path, type));
            outputs.add(Objects.requireNonNull(trace.updates().get(path)));
        }
        Graph graph = new Graph(parameters, outputs);
        int largest = graph.nodes().stream()
                .flatMap(n -> n.types().stream())
                .mapToInt(t -> t.shape().size())
                .max()
                .orElse(0);
        int n = trace.graph().outputs().size();
        int batch = commonBatch(types);
        if (live.isEmpty() && situation.lengths().isEmpty() && largest > LARGEST_VALUE && batch > 1) {
            if (takesRows()) {
                return new Prepared(
                        given -> {
                            throw new IllegalStateException("cut into chunks first");
                        },
                        live,
                        n,
                        largest,
                        false);
            }
            Executable parts = inParts(graph, batch, chunk(batch, largest));
            if (parts != null) return new Prepared(parts, live, n, 0, false);
        }
        // Batches whose parts have lengths of their own are not cut.
        boolean whole = !takesRows() || !situation.lengths().isEmpty();
        return new Prepared(compiler.compile(graph), live, n, whole ? 0 : largest, false);
    }

    /** A graph for some of a function's rows at a time; null if rows meet in it. What it computed from their number stays. */
    private @Nullable Executable inParts(Graph graph, int batch, int rows) {
        int left = batch % rows, inputs = graph.parameters().size();
        Graph part = BatchPart.of(graph, inputs, batch, rows);
        Graph last = left == 0 ? part : BatchPart.of(graph, inputs, batch, left);
        if (part == null || last == null) return null;
        Executable ofPart = compiler.compile(part), ofLast = left == 0 ? ofPart : compiler.compile(last);
        return given -> {
            List<List<Tensor>> parts = new ArrayList<>();
            for (int from = 0; from < batch; from += rows) {
                int start = from, end = Math.min(batch, from + rows);
                List<Tensor> some =
                        given.stream().map(t -> Rows.slice(t, start, end)).toList();
                parts.add(Arrays.asList((end - start == rows ? ofPart : ofLast).run(some)));
            }
            return joined(parts, i -> hasRows(graph.outputs().get(i).shape(), batch))
                    .toArray(Tensor[]::new);
        };
    }

    private static boolean hasRows(Shape s, int batch) {
        return s.rank() > 0 && s.dim(0) == batch;
    }

    private static Map<String, Value> variableValues(Graph graph) {
        Map<String, Value> r = new LinkedHashMap<>();
        for (Node n : graph.nodes()) {
            if (n.op() instanceof io.argali.runtime.op.Op.Variable v) r.put(v.path(), n.output(0));
        }
        return r;
    }

    /** The graph of this model at the given input types. */
    public Trace trace(List<TensorType> types, boolean training) {
        return trace(types, training, Trace.UNKNOWN);
    }

    /** The graph at the given input types and numbers that the data decides. */
    public Trace trace(List<TensorType> types, boolean training, Trace.Numbers numbers) {
        return Trace.of(root, parameters(types), training, numbers);
    }

    private List<Value> parameters(List<TensorType> types) {
        List<Value> parameters = new ArrayList<>();
        for (int i = 0; i < types.size(); i++)
            parameters.add(Value.parameter(inputs.get(i).name(), types.get(i)));
        return parameters;
    }

    private static List<TensorType> types(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::type).toList();
    }

    private InputSpec onlyInput() {
        if (inputs.size() != 1) throw new ShapeException("the model has " + inputs.size() + " inputs: " + inputs);
        return inputs.get(0);
    }

    static @Nullable InputLayer inputLayer(Instance layer) {
        return layer.layer() instanceof InputLayer i ? i : null;
    }
}
