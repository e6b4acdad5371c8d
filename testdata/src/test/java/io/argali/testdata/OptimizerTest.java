package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.argali.converters.Models;
import io.argali.converters.UnsupportedModelException;
import io.argali.converters.keras.OptimizerCatalog;
import io.argali.converters.keras.OptimizerReader;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.ModelFormatException;
import io.argali.loader.json.Json;
import io.argali.loader.npy.Npz;
import io.argali.runtime.layer.Constraint;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.VariableOrder;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import io.argali.trainer.optimizer.Adam;
import io.argali.trainer.optimizer.LossScaleOptimizer;
import io.argali.trainer.optimizer.Optimizer;
import io.argali.trainer.optimizer.OptimizerOptions;
import io.argali.trainer.optimizer.SGD;
import io.argali.trainer.optimizer.Slot;
import io.argali.trainer.optimizer.UpdateRule;
import io.argali.trainer.optimizer.Updates;
import io.argali.trainer.optimizer.Weight;
import io.argali.trainer.schedule.Constant;
import io.argali.trainer.schedule.Schedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Optimizers and schedules do what Keras' do with the same gradients, from a state that Keras left; see testdata/golden-training/README.md. */
class OptimizerTest {
    private static final Path ROOT = GoldenCase.ROOT.resolveSibling("golden-training");

    /** Six steps of float32, each a few dozen roundings of 2⁻²⁴; where gradients cancel in a running mean, of what went into it. */
    private static final double FLOAT32 = 1e-5;
    /** Half precisions round after every operation, in whichever order they come: a few units of 2⁻¹¹ and 2⁻⁸. */
    private static final double FLOAT16 = 4e-3;

    private static final double BFLOAT16 = 3e-2;
    /** Keras keeps the learning rate in float32 here too. */
    private static final double FLOAT64 = 1e-12;

    static List<Path> folders(String group) {
        try (Stream<Path> files = Files.list(ROOT.resolve(group))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A case, read. */
    private record Case(Path folder, Map<String, Object> json, Map<String, ArrayData> arrays) {
        static Case read(Path folder) throws IOException {
            return new Case(folder, object(folder.resolve("optimizer.json")), Npz.read(folder.resolve("steps.npz")));
        }

        List<Map<String, Object>> list(String key) {
            return maps(json.get(key));
        }

        Tensor array(String name) {
            return Tensors.of(name, Objects.requireNonNull(arrays.get(name)));
        }

        /** One row of an array, cut into tensors. */
        List<Tensor> row(String name, int row, List<TensorType> types) {
            Tensor all = array(name);
            double[] d = all.toDoubleArray();
            int n = types.stream().mapToInt(t -> t.shape().size()).sum(), at = row * n;
            assertTrue(
                    d.length % Math.max(1, n) == 0, () -> name + " has " + d.length + " numbers, " + n + " in a row");
            List<Tensor> r = new ArrayList<>();
            for (TensorType t : types) {
                int size = t.shape().size();
                r.add(Tensor.of(Arrays.copyOfRange(d, at, at + size), t.shape().toArray())
                        .reshape(t.shape())
                        .cast(t.dtype()));
                at += size;
            }
            return r;
        }

        List<TensorType> types(String key) {
            return list(key).stream()
                    .map(v -> new TensorType(DType.of((String) v.get("dtype")), shape(v.get("shape"))))
                    .toList();
        }

        List<Weight> weights() {
            List<Weight> r = new ArrayList<>();
            List<TensorType> types = types("variables");
            for (Map<String, Object> v : list("variables")) {
                r.add(new Weight((String) v.get("path"), types.get(r.size()), constraint(v.get("constraint"))));
            }
            return r;
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Path file) throws IOException {
        return (Map<String, Object>) Objects.requireNonNull(Json.parse(file.toString(), Files.readString(file)));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> maps(Object json) {
        return (List<Map<String, Object>>) json;
    }

    private static Shape shape(Object json) {
        return Shape.of(
                ((List<?>) json).stream().mapToInt(d -> ((Number) d).intValue()).toArray());
    }

    private static int[] axes(Object json) {
        List<?> l = json instanceof List<?> list ? list : List.of(json);
        return l.stream().mapToInt(d -> ((Number) d).intValue()).toArray();
    }

    private static Constraint constraint(Object json) {
        if (!(json instanceof Map<?, ?> m)) return null;
        Map<?, ?> c = (Map<?, ?>) m.get("config");
        return switch ((String) m.get("class_name")) {
            case "NonNeg" -> new Constraint.NonNeg();
            case "UnitNorm" -> new Constraint.UnitNorm(axes(c.get("axis")));
            case "MaxNorm" -> new Constraint.MaxNorm(((Number) c.get("max_value")).doubleValue(), axes(c.get("axis")));
            case "MinMaxNorm" ->
                new Constraint.MinMaxNorm(
                        ((Number) c.get("min_value")).doubleValue(),
                        ((Number) c.get("max_value")).doubleValue(),
                        ((Number) c.get("rate")).doubleValue(),
                        axes(c.get("axis")));
            default -> throw new IllegalStateException(m.toString());
        };
    }

    @TestFactory
    Stream<DynamicTest> optimizersStepAsKeras() {
        return folders("optimizers").stream()
                .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> check(Case.read(f))));
    }

    private static void check(Case c) {
        Optimizer optimizer = OptimizerReader.read(
                        c.folder().getFileName().toString(), c.json().get("optimizer"), OptimizerCatalog.standard())
                .optimizer();
        List<String> excluded = ((List<?>) c.json().get("exclude_from_weight_decay"))
                .stream().map(String.class::cast).toList();
        if (!excluded.isEmpty()) optimizer = excluding(optimizer, excluded);
        List<Weight> weights = c.weights();
        Updates updates = Updates.of(optimizer, weights);
        List<TensorType> types = weights.stream().map(Weight::type).toList(), stateTypes = c.types("state");
        assertEquals(stateTypes, updates.slots().stream().map(Slot::type).toList());
        same(c, "fresh state", c.row("fresh", 0, stateTypes), updates.initialState(c.row("first", 0, types)));

        List<Tensor> state = updates.restore(c.folder().toString(), c.row("state", 0, stateTypes));
        List<Tensor> variables = c.row("variables", 0, types);
        int steps = c.array("gradients").shape().dim(0);
        var step = CpuBackend.best()
                .compiler(p -> {
                    throw new IllegalStateException(p);
                })
                .compile(graph(c, updates, types, stateTypes));
        for (int i = 0; i < steps; i++) {
            List<Tensor> in = new ArrayList<>(variables);
            in.addAll(state);
            in.addAll(c.row("gradients", i, types));
            List<Tensor> out = List.of(step.run(in));
            variables = out.subList(0, types.size());
            state = out.subList(types.size(), out.size());
            same(c, "step " + (i + 1) + " variables", c.row("variables", i + 1, types), variables);
            same(c, "step " + (i + 1) + " state", c.row("state", i + 1, stateTypes), state);
        }
        same(c, "final variables", c.row("final", 0, types), updates.finish(state, variables));
    }

    private static Optimizer excluding(Optimizer o, List<String> names) {
        return switch (o) {
            case SGD s -> new SGD(s.momentum(), s.nesterov(), s.options().withExcludedFromWeightDecay(names));
            case io.argali.trainer.optimizer.AdamW a ->
                new io.argali.trainer.optimizer.AdamW(
                        a.beta1(),
                        a.beta2(),
                        a.epsilon(),
                        a.amsgrad(),
                        a.options().withExcludedFromWeightDecay(names));
            case io.argali.trainer.optimizer.Muon m ->
                new io.argali.trainer.optimizer.Muon(
                        m.adamBeta1(),
                        m.adamBeta2(),
                        m.adamWeightDecay(),
                        m.epsilon(),
                        m.excludeLayers(),
                        m.excludeEmbeddings(),
                        m.muonA(),
                        m.muonB(),
                        m.muonC(),
                        m.adamLrRatio(),
                        m.momentum(),
                        m.nsSteps(),
                        m.nesterov(),
                        m.rmsRate(),
                        m.options().withExcludedFromWeightDecay(names));
            default -> throw new IllegalStateException(o.name());
        };
    }

    /** From variables, state and gradients to variables and state. */
    private static Graph graph(Case c, Updates updates, List<TensorType> types, List<TensorType> stateTypes) {
        List<Value> variables = parameters(types), state = parameters(stateTypes), gradients = parameters(types);
        List<Value> given = new ArrayList<>();
        for (int i = 0; i < types.size(); i++)
            given.add(Boolean.TRUE.equals(c.list("variables").get(i).get("missing")) ? null : gradients.get(i));
        Updates.Result r = updates.step(state, variables, given);
        return new Graph(joined(joined(variables, state), gradients), joined(r.variables(), r.state()));
    }

    private static List<Value> parameters(List<TensorType> types) {
        return types.stream().map(t -> Value.parameter("p", t)).toList();
    }

    private static <T> List<T> joined(List<T> a, List<T> b) {
        List<T> r = new ArrayList<>(a);
        r.addAll(b);
        return r;
    }

    private static void same(Case c, String what, List<Tensor> expected, List<Tensor> actual) {
        for (int i = 0; i < expected.size(); i++) {
            Tensor e = expected.get(i), a = actual.get(i);
            String difference = difference(e, a);
            if (difference != null)
                fail(what + ", number " + i + " " + e.type() + ": " + difference + "\n"
                        + c.json().get("optimizer"));
        }
    }

    private static String difference(Tensor expected, Tensor actual) {
        if (!expected.type().equals(actual.type())) return "expected " + expected.type() + ", got " + actual.type();
        double[] e = expected.toDoubleArray(), a = actual.toDoubleArray();
        double largest =
                Arrays.stream(e).filter(Double::isFinite).map(Math::abs).max().orElse(0);
        double tolerance = switch (expected.dtype()) {
            case FLOAT32 -> FLOAT32;
            case FLOAT16 -> FLOAT16;
            case BFLOAT16 -> BFLOAT16;
            case FLOAT64 -> FLOAT64;
            default -> 0;
        };
        for (int i = 0; i < e.length; i++) {
            boolean same = Math.abs(e[i] - a[i]) <= tolerance * largest || Double.isNaN(e[i]) && Double.isNaN(a[i]);
            if (!same) return "element " + i + ": expected " + e[i] + ", got " + a[i] + " (largest " + largest + ")";
        }
        return null;
    }

    @TestFactory
    Stream<DynamicTest> schedulesGiveKerasRates() {
        return folders("schedules").stream()
                .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> checkSchedule(f)));
    }

    private static void checkSchedule(Path folder) throws IOException {
        Object json = object(folder.resolve("schedule.json")).get("schedule");
        Schedule schedule = OptimizerReader.schedule(folder.toString(), json, OptimizerCatalog.standard());
        Map<String, ArrayData> arrays = Npz.read(folder.resolve("rates.npz"));
        Value iteration = Value.parameter("iteration", new TensorType(DType.INT64, Shape.SCALAR));
        var rate = CpuBackend.best()
                .compiler(p -> {
                    throw new IllegalStateException(p);
                })
                .compile(new Graph(List.of(iteration), List.of(schedule.rate(iteration))));
        long[] steps = Tensors.of("iteration", Objects.requireNonNull(arrays.get("iteration")))
                .longs();
        float[] expected =
                Tensors.of("rate", Objects.requireNonNull(arrays.get("rate"))).floats();
        for (int i = 0; i < steps.length; i++) {
            double actual = rate.run(List.of(Tensor.of(new long[] {steps[i]}).reshape(Shape.SCALAR)))[0].item();
            // Where a cosine ends, 1 + cos π cancels: what is left is a rounding of 1.
            double bound = 1e-5 * Math.abs(expected[i]) + 1e-7 * expected[0];
            if (!(Math.abs(actual - expected[i]) <= bound))
                fail("step " + steps[i] + ": expected " + expected[i] + ", got " + actual + " by " + schedule);
        }
    }

    @Test
    void everyOptimizerAndScheduleHasCases() throws IOException {
        Set<String> optimizers = new TreeSet<>(OptimizerCatalog.standard().optimizerNames());
        for (Path f : folders("optimizers")) {
            optimizers.remove(((Map<?, ?>) object(f.resolve("optimizer.json")).get("optimizer")).get("class_name"));
        }
        Set<String> schedules = new TreeSet<>(OptimizerCatalog.standard().scheduleNames());
        for (Path f : folders("schedules")) {
            schedules.remove(((Map<?, ?>) object(f.resolve("schedule.json")).get("schedule")).get("class_name"));
        }
        assertEquals(Set.of(), optimizers, "optimizers without a case in testdata/cases/optimizers.py");
        assertEquals(Set.of(), schedules, "schedules without a case in testdata/cases/optimizers.py");
    }

    @TestFactory
    Stream<DynamicTest> weightsHaveKerasPaths() {
        return folders("paths").stream()
                .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> {
                    List<String> paths =
                            Model.declare(Models.load(f.resolve("model.keras")).root()).variables().values().stream()
                                    .filter(VariableSpec::isOptimized)
                                    .map(v -> Weight.of(v).path())
                                    .sorted()
                                    .toList();
                    assertEquals(
                            ((List<?>) object(f.resolve("paths.json")).get("paths"))
                                    .stream().map(String.class::cast).sorted().toList(),
                            paths);
                }));
    }

    @TestFactory
    Stream<DynamicTest> filesHoldTheOptimizer() {
        return folders("saved").stream()
                .flatMap(f -> Stream.of("model.keras", "model.h5").map(f::resolve))
                .filter(Files::exists)
                .map(f -> DynamicTest.dynamicTest(ROOT.relativize(f).toString(), () -> checkSaved(f)));
    }

    private static void checkSaved(Path file) {
        Model model = Models.load(file);
        var read = OptimizerReader.fromCompileConfig(
                file.toString(), model.savedTraining().compileConfig(), OptimizerCatalog.standard());
        List<Weight> weights = VariableOrder.of(
                        Model.declare(model.root()).variables().values())
                .stream()
                .filter(VariableSpec::isOptimized)
                .map(Weight::of)
                .toList();
        Updates updates = Updates.of(Objects.requireNonNull(read).optimizer(), weights);
        List<Tensor> state =
                updates.restore(file.toString(), model.savedTraining().optimizerVariables());
        Map<String, ArrayData> expected = Npz.read(file.resolveSibling("state.npz"));
        assertEquals(
                expected.keySet().stream()
                        .map(k -> Tensors.of(k, expected.get(k)))
                        .toList(),
                state);
    }

    // Configurations

    private static Optimizer read(Object json) {
        return OptimizerReader.read("m.keras", json, OptimizerCatalog.standard())
                .optimizer();
    }

    @Test
    void namesAreOptimizersWithDefaults() {
        for (String name : List.of("adam", "Adam")) assertEquals(Adam.DEFAULTS, read(name));
        assertEquals(SGD.DEFAULTS, read(Map.of("class_name", "Custom>SGD", "config", Map.of())));
    }

    @Test
    void bothKindsOfFilesAreUnderstood() {
        Object json = Map.of("class_name", "SGD", "config", Map.of("learning_rate", 0.5, "decay", 0.0));
        for (String key : List.of("optimizer", "optimizer_config")) {
            var read = OptimizerReader.fromCompileConfig("m.h5", Map.of(key, json), OptimizerCatalog.standard());
            assertEquals(
                    new Constant(0.5),
                    ((UpdateRule) Objects.requireNonNull(read).optimizer())
                            .options()
                            .learningRate());
            assertEquals(Map.of("decay", 0.0), read.kept());
        }
    }

    @Test
    void unknownOptimizersAreNamed() {
        Exception e = assertThrows(
                UnsupportedModelException.class, () -> read(Map.of("class_name", "Adan", "config", Map.of())));
        assertTrue(String.valueOf(e.getMessage()).contains("\"Adan\""), e.getMessage());
        Object schedule = Map.of("class_name", "Waves", "config", Map.of());
        e = assertThrows(
                UnsupportedModelException.class,
                () -> read(Map.of("class_name", "Adam", "config", Map.of("learning_rate", schedule))));
        assertTrue(String.valueOf(e.getMessage()).contains("\"Waves\""), e.getMessage());
    }

    @Test
    void wrongOptionsAreNamed() {
        for (Map<String, Object> config : List.<Map<String, Object>>of(
                Map.of("momentum", 2),
                Map.of("momentum", "much"),
                Map.of("clipnorm", 1, "clipvalue", 1),
                Map.of("gradient_accumulation_steps", 1))) {
            Exception e =
                    assertThrows(ModelFormatException.class, () -> read(Map.of("class_name", "SGD", "config", config)));
            assertTrue(
                    String.valueOf(e.getMessage())
                            .contains(config.keySet().iterator().next()),
                    e.getMessage());
        }
    }

    // States that do not fit

    private static final Weight KERNEL =
            new Weight("dense/kernel", new TensorType(DType.FLOAT32, Shape.of(2, 3)), null);

    private static String refused(List<Tensor> saved) {
        Updates updates = Updates.of(Adam.DEFAULTS, List.of(KERNEL));
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> updates.restore("m.keras", saved))
                .getMessage());
    }

    private static List<Tensor> saved() {
        return new ArrayList<>(Updates.of(Adam.DEFAULTS, List.of(KERNEL))
                .initialState(List.of(Tensor.zeros(DType.FLOAT32, Shape.of(2, 3)))));
    }

    @Test
    void statesThatDoNotFitNameTheSlot() {
        List<Tensor> shape = saved();
        shape.set(3, Tensor.zeros(DType.FLOAT32, Shape.of(3, 2)));
        assertTrue(
                refused(shape)
                        .contains("variable 3 is float32(3, 2), expected float32(2, 3) for dense_kernel_velocity"),
                refused(shape));
        assertTrue(
                refused(saved().subList(0, 3)).contains("dense_kernel_velocity is the first without one"),
                refused(saved().subList(0, 3)));
        List<Tensor> more = joined(saved(), List.of(Tensor.of(new float[7])));
        assertTrue(refused(more).contains("variable 4, float32(7,), is the first too many"), refused(more));
    }

    @Test
    void countersOfJaxAreWidened() {
        List<Tensor> narrow = saved();
        narrow.set(0, Tensor.scalar(DType.INT32, 7));
        assertEquals(
                Tensor.scalar(DType.INT64, 7),
                Updates.of(Adam.DEFAULTS, List.of(KERNEL))
                        .restore("m.keras", narrow)
                        .get(0));
    }

    @Test
    void learningRatesCanBeSetUnlessASchedule() {
        Optimizer scaled = LossScaleOptimizer.of(SGD.of(0.1));
        Updates u = Updates.of(scaled, List.of(KERNEL));
        List<Tensor> state = new ArrayList<>(u.initialState(List.of(Tensor.zeros(DType.FLOAT32, Shape.of(2, 3)))));
        state.set(u.learningRateAt(), Tensor.scalar(DType.FLOAT32, 0.5));
        assertEquals(0.5, u.learningRate(state));
        Schedule schedule = io.argali.trainer.schedule.CosineDecay.DEFAULTS;
        Updates scheduled = Updates.of(new SGD(0, false, OptimizerOptions.of("sgd", schedule)), List.of(KERNEL));
        assertEquals((float) 0.005, scheduled.learningRate(List.of(Tensor.scalar(DType.INT64, 500))), 1e-8);
        assertThrows(IllegalStateException.class, scheduled::learningRateAt);
    }
}
