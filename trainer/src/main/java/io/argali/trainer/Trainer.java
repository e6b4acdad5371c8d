package io.argali.trainer;

import io.argali.runtime.model.Model;
import io.argali.runtime.model.SavedTraining;
import io.argali.runtime.model.Trace;
import io.argali.runtime.model.VariableOrder;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.model.Weights;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.Backend;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.plan.Executable;
import io.argali.runtime.plan.States;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.callback.Callback;
import io.argali.trainer.callback.Training;
import io.argali.trainer.compile.CompiledLoss;
import io.argali.trainer.compile.CompiledMetrics;
import io.argali.trainer.data.Batch;
import io.argali.trainer.data.Dataset;
import io.argali.trainer.loss.SparseCategoricalCrossentropy;
import io.argali.trainer.optimizer.Slot;
import io.argali.trainer.optimizer.Updates;
import io.argali.trainer.optimizer.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model: the same steps and the same numbers as Keras' {@code fit}. The model that came in stays as it is; {@link #model} gives the trained one.
 * For use by one thread at a time; the kernels use all cores.
 */
public final class Trainer implements Training {
    private final Model original;
    private final Compiled compiled;
    private final Updates updates;
    private final Backend.Compiler compiler;
    private final List<VariableSpec> variables;
    private final List<VariableSpec> trainable;
    private final Map<String, TensorType> memories;
    private final Map<Object, Prepared> prepared = new HashMap<>();
    /** The optimizer's state before the first step; empty from then on. */
    private final List<Tensor> beginning;

    private final List<TensorType> slots;
    private final long seed;
    private TrainingGraph.@Nullable Layout layout;
    private @Nullable States states;
    private List<Tensor> metricsBeginning = List.of();
    private @Nullable List<Tensor> restored;
    private @Nullable Batch lastBatch;
    private long iterations;
    private volatile boolean stopping;
    private int beginEpoch;
    private int beginStep;
    private int epochs;
    private int batchesPerEpoch = Dataset.UNKNOWN;

    private record Prepared(Executable executable, TrainingGraph graph) {}

    private Trainer(
            Model model,
            Compiled compiled,
            @Nullable List<Tensor> optimizerState,
            String where,
            long seed,
            Backend backend) {
        this.original = model;
        this.compiled = compiled;
        this.seed = seed;
        this.compiler = backend.compiler(p -> model.weights().get(p));
        Trace declared = Model.declare(model.root());
        this.variables = new ArrayList<>(VariableOrder.of(declared.variables().values()));
        declared.variables().values().stream().filter(VariableSpec::isCopy).forEach(variables::add);
        this.trainable = variables.stream().filter(VariableSpec::isOptimized).toList();
        this.memories = declared.memories();
        this.updates = Updates.of(
                compiled.optimizer(), trainable.stream().map(Weight::of).toList());
        List<Tensor> values =
                trainable.stream().map(s -> model.weights().get(s.path())).toList();
        this.beginning = new ArrayList<>(beginning(updates, updates.initialState(values), optimizerState, where));
        this.slots = types(beginning);
    }

    /** The fresh state, or the file's. An optimizer that was compiled but has made no step has its counters and rates in the file, and no slots. */
    private static List<Tensor> beginning(
            Updates updates, List<Tensor> fresh, @Nullable List<Tensor> saved, String where) {
        if (saved == null || saved.isEmpty()) return fresh;
        List<Slot> slots = updates.slots();
        int[] first = IntStream.range(0, slots.size())
                .filter(i -> slots.get(i).isBeforeTraining())
                .toArray();
        if (saved.size() != first.length) return updates.restore(where, saved);
        List<Tensor> all = new ArrayList<>(fresh);
        for (int i = 0; i < first.length; i++) all.set(first[i], saved.get(i));
        return updates.restore(where, updates.saved(all));
    }

    /** Trains from a fresh optimizer. */
    public static Trainer of(Model model, Compiled compiled, long seed) {
        return new Trainer(model, compiled, null, model.name(), seed, CpuBackend.best());
    }

    /**
     * Goes on where a file stopped.
     *
     * @param optimizerState the optimizer's variables in Keras' order; empty for a fresh one
     * @param where the file, for messages
     * @throws IllegalArgumentException if the state does not fit the weights, naming the first slot that does not
     */
    public static Trainer resume(Model model, Compiled compiled, List<Tensor> optimizerState, String where, long seed) {
        return new Trainer(model, compiled, optimizerState, where, seed, CpuBackend.best());
    }

    /** The same on other threads or another backend. */
    public Trainer on(Backend backend) {
        return new Trainer(model(), compiled, optimizerState(), original.name(), seed, backend);
    }

    public Compiled compiled() {
        return compiled;
    }

    // Training

    /** Trains for some epochs. */
    public History fit(Dataset data, FitOptions options) {
        History history = new History();
        stopping = false;
        epochs = options.epochs();
        batchesPerEpoch = options.stepsPerEpoch() != null ? options.stepsPerEpoch() : data.batches();
        beginEpoch = options.initialEpoch();
        beginStep = 0;
        for (Callback c : options.callbacks()) c.onTrainBegin(this);
        Batches batches = new Batches(data, options.stepsPerEpoch());
        if (options.stepsPerEpoch() != null) {
            for (int epoch = options.initialEpoch(); epoch < beginEpoch; epoch++)
                batches.skip(epoch, options.stepsPerEpoch());
        }
        for (int epoch = beginEpoch; epoch < options.epochs() && !stopping; epoch++) {
            boolean goesOn = epoch == beginEpoch && beginStep > 0;
            if (!goesOn) resetMetrics();
            for (Callback c : options.callbacks()) c.onEpochBegin(this, epoch);
            if (goesOn) batches.skip(epoch, beginStep);
            else batches.begin(epoch);
            Map<String, Double> logs = epoch(epoch, goesOn ? beginStep : 0, batches, options);
            for (Callback c : options.callbacks()) c.onEpochEnd(this, epoch, logs);
            history.add(logs, epochVectors);
        }
        finish();
        for (Callback c : options.callbacks()) c.onTrainEnd(this);
        return history;
    }

    /** The numbers of metrics that are several, of the last step and of the last epoch. */
    private Map<String, double[]> vectors = Map.of(), epochVectors = Map.of();

    private Map<String, Double> epoch(int epoch, int firstStep, Batches batches, FitOptions options) {
        Map<String, Double> logs = new LinkedHashMap<>();
        int step = firstStep;
        for (Batch b = batches.next(epoch); b != null && !stopping; b = stopping ? null : batches.next(epoch)) {
            logs = new LinkedHashMap<>(step(ClassWeights.apply(b, options.classWeights()), true));
            for (Callback c : options.callbacks()) c.onBatchEnd(this, step, logs);
            step++;
        }
        epochVectors = vectors;
        if (step == 0) throw new IllegalArgumentException("there is nothing to learn from: the dataset is empty");
        if (options.validation() != null && (epoch + 1) % options.validationFrequency() == 0) {
            for (var e :
                    evaluate(options.validation(), options.validationSteps()).entrySet())
                logs.put("val_" + e.getKey(), e.getValue());
            Map<String, double[]> both = new LinkedHashMap<>(epochVectors);
            vectors.forEach((name, v) -> both.put("val_" + name, v));
            epochVectors = both;
        }
        return logs;
    }

    /** The batches of all epochs. With a fixed number of steps, an epoch goes on where the last one stopped. */
    private static final class Batches {
        private final Dataset data;
        private final @Nullable Integer stepsPerEpoch;
        private Iterator<Batch> running = java.util.Collections.emptyIterator();
        private boolean begun;
        private int step;

        Batches(Dataset data, @Nullable Integer stepsPerEpoch) {
            this.data = data;
            this.stepsPerEpoch = stepsPerEpoch;
        }

        void begin(int epoch) {
            step = 0;
            if (begun && stepsPerEpoch != null) return;
            running = data.epoch(epoch);
            begun = true;
        }

        @Nullable
        Batch next(int epoch) {
            if (stepsPerEpoch != null && step >= stepsPerEpoch) return null;
            if (!running.hasNext() && stepsPerEpoch != null) running = data.epoch(epoch);
            if (!running.hasNext()) return null;
            step++;
            return running.next();
        }

        void skip(int epoch, int n) {
            begin(epoch);
            for (int i = 0; i < n && next(epoch) != null; i++) {}
        }
    }

    /** One step on one batch; the loss and metrics since the last {@link #resetMetrics}. */
    public Map<String, Double> trainOnBatch(Batch batch) {
        return step(batch, true);
    }

    /** The loss and metrics on some data, by the current weights. */
    public Map<String, Double> evaluate(Dataset data) {
        return evaluate(data, null);
    }

    private Map<String, Double> evaluate(Dataset data, @Nullable Integer steps) {
        resetMetrics();
        Map<String, Double> logs = Map.of();
        int n = 0;
        for (Iterator<Batch> i = data.epoch(0); i.hasNext() && (steps == null || n < steps); n++)
            logs = step(i.next(), false);
        if (n == 0) throw new IllegalArgumentException("there is nothing to evaluate on: the dataset is empty");
        return logs;
    }

    private void finish() {
        if (states == null) return;
        int first = variables.size();
        List<Integer> numbers = trainable.stream().map(variables::indexOf).toList();
        List<Integer> from = updates.finish(
                IntStream.range(first, first + slots.size()).boxed().toList(), numbers);
        for (int i = 0; i < from.size(); i++)
            if (!from.get(i).equals(numbers.get(i))) states.set(numbers.get(i), states.get(from.get(i)));
    }

    /** Where the time of a training step goes, layer by layer, in the median of several runs. Nothing is trained by it. */
    public List<Executable.Timing> profile(Batch batch, int runs) {
        Ready ready = ready(batch, true);
        return ready.prepared.executable.profile(ready.parameters, states(), runs);
    }

    private record Ready(Prepared prepared, List<Tensor> parameters) {}

    /** What a step runs, and on what. */
    private Ready ready(Batch given, boolean training) {
        List<Tensor> x = original.conform(given.x());
        List<Tensor> y = given.y().stream().map(Trainer::toDefaultFloat).toList();
        int outputs = original.outputNames().size();
        if (y.size() != outputs)
            throw new IllegalArgumentException(
                    "the model has " + outputs + " outputs, but " + y.size() + " labels were given");
        checkLabels(y);
        List<@Nullable Tensor> w = weightsFor(given, outputs);
        Prepared p = prepared(x, y, w, training);
        List<Tensor> parameters = new ArrayList<>(x);
        if (p.graph.seeded()) parameters.add(Tensor.of(new long[] {seed, iterations << 16}, 2));
        parameters.addAll(y);
        for (Tensor t : w) if (t != null) parameters.add(t);
        return new Ready(p, parameters);
    }

    private Map<String, Double> step(Batch given, boolean training) {
        Ready ready = ready(given, training);
        Prepared p = ready.prepared;
        Tensor[] figures = p.executable.run(ready.parameters, states());
        if (training) {
            iterations++;
            lastBatch = given;
        }
        Map<String, Double> logs = new LinkedHashMap<>();
        vectors = new LinkedHashMap<>();
        for (int i = 0; i < figures.length; i++) {
            String name = p.graph.names().get(i);
            double[] numbers = figures[i].toDoubleArray();
            if (figures[i].shape().rank() > 0) vectors.put(name, numbers);
            logs.put(
                    name,
                    numbers.length == 1
                            ? numbers[0]
                            : Arrays.stream(numbers).average().orElse(Double.NaN));
        }
        return logs;
    }

    /** Keras' data adapters make float64 arrays float32. */
    private static Tensor toDefaultFloat(Tensor t) {
        return t.dtype() == DType.FLOAT64 ? t.cast(DType.FLOAT32) : t;
    }

    private static List<@Nullable Tensor> weightsFor(Batch b, int outputs) {
        List<@Nullable Tensor> w = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            int n = b.sampleWeights().size();
            Tensor t = n == 0 ? null : b.sampleWeights().get(n == 1 ? 0 : i);
            w.add(t == null ? null : toDefaultFloat(t));
        }
        return w;
    }

    /** Labels that are classes must be classes that there are; TensorFlow would go on with not-a-number. */
    private void checkLabels(List<Tensor> y) {
        for (CompiledLoss.Part part : compiled.loss().parts()) {
            if (!(part.loss() instanceof SparseCategoricalCrossentropy s)
                    || s.ignoreClass() != null
                    || part.output() >= classes.length) continue;
            double[] labels = y.get(part.output()).toDoubleArray();
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] < 0 || labels[i] >= classes[part.output()]) {
                    throw new IllegalArgumentException(
                            "output \"" + part.name() + "\": label " + (long) labels[i] + " of the batch's sample " + i
                                    + " is out of range for " + classes[part.output()] + " classes");
                }
            }
        }
    }

    private int[] classes = {};

    private Prepared prepared(List<Tensor> x, List<Tensor> y, List<@Nullable Tensor> w, boolean training) {
        List<TensorType> xs = types(x), ys = types(y);
        List<@Nullable TensorType> ws = new ArrayList<>();
        for (Tensor t : w) ws.add(t == null ? null : t.type());
        List<Object> key = new ArrayList<>(List.of(training));
        key.addAll(xs);
        key.addAll(ys);
        for (TensorType t : ws) key.add(t == null ? "none" : t);
        Prepared known = prepared.get(key);
        if (known != null) return known;
        TrainingGraph.Layout l = layout(xs, ys);
        checkLabels(y);
        TrainingGraph graph = TrainingGraph.of(original, compiled, updates, l, xs, ys, ws, training);
        Prepared p = new Prepared(compiler.compile(graph.graph(), states().size()), graph);
        prepared.put(key, p);
        return p;
    }

    private static List<TensorType> types(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::type).toList();
    }

    /** The states; those of metrics are known when the first batch has come. */
    private TrainingGraph.Layout layout(List<TensorType> x, List<TensorType> y) {
        if (layout != null) return layout;
        Trace trace = original.trace(x, false);
        List<Value> labels = y.stream().map(t -> Value.parameter("y", t)).toList();
        List<Value> outputs = trace.graph().outputs();
        classes = outputs.stream()
                .mapToInt(v -> v.rank() == 0 ? 1 : v.shape().last())
                .toArray();
        CompiledMetrics metrics = compiled.metrics();
        metricsBeginning = metrics.initialState(labels, outputs);
        List<Tensor> lossBeginning = compiled.loss().initialState();
        List<Tensor> all = new ArrayList<>();
        for (VariableSpec s : variables) all.add(original.weights().get(s.path()));
        all.addAll(beginning);
        all.addAll(lossBeginning);
        all.addAll(metricsBeginning);
        memories.values().forEach(t -> all.add(Tensor.zeros(t.dtype(), t.shape())));
        layout = new TrainingGraph.Layout(
                variables, trainable, slots, types(lossBeginning), types(metricsBeginning), memories);
        states = new States(all);
        beginning.clear();
        if (restored != null) putBack(restored);
        restored = null;
        return layout;
    }

    private States states() {
        return Objects.requireNonNull(states, "no batch has been seen yet");
    }

    /** Begins the running loss and metrics anew. */
    public void resetMetrics() {
        // What was put back before the first batch may hold running figures of an epoch that is over.
        int counted = variables.size() + slots.size();
        if (restored != null) restored = withoutMetrics(restored, counted);
        if (states == null || layout == null) return;
        int at = variables.size() + slots.size();
        for (Tensor t : compiled.loss().initialState()) states.set(at++, t);
        for (Tensor t : metricsBeginning) states.set(at++, t);
    }

    private static List<Tensor> withoutMetrics(List<Tensor> state, int counted) {
        List<Tensor> r = new ArrayList<>(state.subList(0, counted));
        r.add(state.get(state.size() - 1));
        return r;
    }

    // What callbacks see

    @Override
    public Map<String, Tensor> weights() {
        List<Tensor> here = states != null ? states.get(0, variables.size()) : restored;
        Map<String, Tensor> r = new LinkedHashMap<>();
        for (int i = 0; i < variables.size(); i++) {
            String path = variables.get(i).path();
            r.put(path, here != null ? here.get(i) : original.weights().get(path));
        }
        return r;
    }

    @Override
    public void setWeights(Map<String, Tensor> weights) {
        for (int i = 0; i < variables.size(); i++) {
            Tensor t = weights.get(variables.get(i).path());
            if (t != null) states().set(i, t);
        }
    }

    /** The optimizer's variables in Keras' order. */
    public List<Tensor> optimizerState() {
        return slots(0, slots.size());
    }

    private List<Tensor> slots(int from, int to) {
        int first = variables.size();
        if (restored != null) return restored.subList(first + from, first + to);
        return states == null ? List.copyOf(beginning.subList(from, to)) : states.get(first + from, first + to);
    }

    /** The model as it is now. */
    @Override
    public Model model() {
        Map<String, Tensor> current = weights();
        Map<String, Tensor> inOrder = new LinkedHashMap<>();
        for (String path : original.weights().paths()) inOrder.put(path, Objects.requireNonNull(current.get(path)));
        SavedTraining saved =
                new SavedTraining(original.savedTraining().compileConfig(), updates.saved(optimizerState()));
        return original.withWeights(new Weights(inOrder)).withSavedTraining(saved);
    }

    @Override
    public double learningRate() {
        for (int i = 0; i < updates.slots().size(); i++) {
            if (updates.slots().get(i).name().equals("learning_rate"))
                return slots(i, i + 1).getFirst().item();
        }
        return Double.NaN;
    }

    @Override
    public void setLearningRate(double rate) {
        int at = updates.learningRateAt();
        Tensor t = Tensor.scalar(DType.FLOAT32, rate);
        if (states != null) states.set(variables.size() + at, t);
        else beginning.set(at, t);
    }

    /** With the running loss and metrics, once a batch has been seen. */
    @Override
    public List<Tensor> state() {
        if (restored != null) return restored;
        List<Tensor> r = new ArrayList<>();
        if (states == null) {
            r.addAll(weights().values());
            r.addAll(optimizerState());
        } else {
            r.addAll(states.get(0, states.size()));
        }
        r.add(Tensor.of(new long[] {iterations}, 1));
        return r;
    }

    @Override
    public void setState(List<Tensor> state) {
        check(state);
        iterations = state.get(state.size() - 1).toLongArray()[0];
        if (states == null) restored = List.copyOf(state);
        else putBack(state);
    }

    private void check(List<Tensor> state) {
        int least = variables.size() + slots.size();
        if (state.size() <= least)
            throw new IllegalArgumentException(
                    "it has " + state.size() + " tensors, expected " + (least + 1) + " or more");
        for (int i = 0; i < least; i++) {
            boolean weight = i < variables.size();
            TensorType expected = weight ? variables.get(i).type() : slots.get(i - variables.size());
            String name = weight ? variables.get(i).path() : "optimizer variable " + (i - variables.size());
            if (!state.get(i).type().equals(expected)) {
                throw new IllegalArgumentException(name + " is " + state.get(i).type() + ", expected " + expected);
            }
        }
    }

    private void putBack(List<Tensor> state) {
        int n = state.size() - 1, least = variables.size() + slots.size();
        if (n != states().size() && n != least) {
            throw new IllegalArgumentException(
                    "the state has " + n + " tensors, expected " + states().size() + ": were the metrics others?");
        }
        for (int i = 0; i < n; i++) states().set(i, state.get(i));
    }

    @Override
    public void continueAt(int epoch, int step) {
        beginEpoch = epoch;
        beginStep = step;
    }

    @Override
    public String firstNotFinite(Map<String, Tensor> weights) {
        Batch b = Objects.requireNonNull(lastBatch, "no batch has been seen yet");
        return NotFinite.first(original, weights, b, Tensor.of(new long[] {seed, (iterations - 1) << 16}, 2));
    }

    @Override
    public void stop() {
        stopping = true;
    }

    @Override
    public boolean isStopping() {
        return stopping;
    }

    @Override
    public int epochs() {
        return epochs;
    }

    @Override
    public int batchesPerEpoch() {
        return batchesPerEpoch;
    }

    @Override
    public long iterations() {
        return iterations;
    }

    @Override
    public Optional<Boolean> greaterIsBetter(String metric) {
        String name = metric.startsWith("val_") ? metric.substring("val_".length()) : metric;
        if (name.equals("loss")) return Optional.of(false);
        return compiled.metrics().metrics().stream()
                .filter(e -> e.name().equals(name))
                .findFirst()
                .flatMap(e -> e.metric().greaterIsBetter());
    }
}
