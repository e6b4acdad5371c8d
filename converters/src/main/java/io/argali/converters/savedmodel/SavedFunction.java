package io.argali.converters.savedmodel;

import io.argali.runtime.layer.DTypePolicy;
import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.layer.WeightOptions;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.NamedFunction;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A signature of a SavedModel: a function from named tensors to named tensors, whose variables are weights. It has no configuration that Keras
 * could read; it is saved as a graph again.
 *
 * @param signature its name
 * @param variables its variables by their keys in the graph
 */
public record SavedFunction(Source source, String signature, List<Variable> variables) implements NamedFunction {
    /** What a signature is a part of. Two are equal if they are one. */
    public static final class Source {
        final Program program;
        final Map<String, Signature> signatures;
        final Map<String, Table> tables;
        final Map<String, String> assets;

        Source(
                Program program,
                Map<String, Signature> signatures,
                Map<String, Table> tables,
                Map<String, String> assets) {
            this.program = program;
            this.signatures = signatures;
            this.tables = tables;
            this.assets = assets;
        }
    }

    /** Inputs and outputs of a signature, in the order of their names, with the edges of the main graph where they are. */
    record Signature(
            List<InputSpec> inputs, List<String> inputNodes, List<String> outputNames, List<Body.Edge> outputs) {}

    /**
     * A variable.
     *
     * @param key in the graph
     * @param name the weight's
     */
    public record Variable(String key, String name, TensorType type, boolean trainable) {
        WeightOptions options() {
            return WeightOptions.of(new Initializer.Zeros());
        }
    }

    public SavedFunction {
        variables = List.copyOf(variables);
    }

    private Signature own() {
        return Objects.requireNonNull(source.signatures.get(signature));
    }

    @Override
    public List<InputSpec> inputs() {
        return own().inputs();
    }

    @Override
    public List<String> outputNames() {
        return own().outputNames();
    }

    @Override
    public boolean autocast() {
        return false;
    }

    /** Text of a batch may be looked at as a whole. */
    @Override
    public boolean mixesRows() {
        return true;
    }

    @Override
    public List<Value> call(Scope scope, List<Value> inputs) {
        Signature own = own();
        if (inputs.size() != own.inputs().size())
            throw new ShapeException("takes " + own.inputs() + ", got " + inputs.size() + " values");
        Traced state = new Traced(scope, inputs);
        Map<String, Item> given = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) given.put(own.inputNodes().get(i), new Item.Dense(inputs.get(i)));
        List<Value> r = new ArrayList<>();
        for (Item item : new Tracer(source.program, state).main(given, own.outputs())) {
            switch (item) {
                case Item.Dense d -> r.add(d.value());
                case Item.Handle h when h.kind() == Item.Handle.Kind.REFERENCE -> r.add(state.read(h));
                default -> throw new ShapeException("an output is no tensor");
            }
        }
        return r;
    }

    /**
     * Random numbers of a prediction, which has no seed. They are new each time, which a function of its arguments should not be; the argument, one
     * of the model's inputs, keeps them from being taken for constants.
     */
    private record FreshNumbers(boolean normal, Shape shape, int draw) implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(new TensorType(DType.FLOAT32, shape));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            float[] r = new float[shape.size()];
            for (int i = 0; i < r.length; i++) r[i] = normal ? (float) random.nextGaussian() : random.nextFloat();
            return List.of(Tensor.wrap(DType.FLOAT32, shape, r));
        }
    }

    /** Variables as a scope's weights. */
    private final class Traced implements State {
        private final Scope scope;
        private final Map<String, Variable> byKey = new LinkedHashMap<>();
        private final Map<String, Value> weights = new HashMap<>();

        private final List<Value> inputs;
        private int draws;

        Traced(Scope scope, List<Value> inputs) {
            this.scope = scope;
            this.inputs = inputs;
            for (Variable v : variables) {
                byKey.put(v.key(), v);
                if (v.trainable()) weights.put(v.key(), weight(v));
                else state(v);
            }
        }

        private Value weight(Variable v) {
            return scopeOf(v).uncastWeight(v.name(), v.type().shape(), v.options());
        }

        /** A weight of another type than the model's has a scope of its own, with a policy of that type. */
        private Scope scopeOf(Variable v) {
            DType t = v.type().dtype();
            if (t == scope.variableType()) return scope;
            return scope.child(
                    t.kerasName(),
                    new Instance("", SavedFunction.this, true, DTypePolicy.of(t.kerasName()), null, Map.of()));
        }

        private Value state(Variable v) {
            return scope.state(v.name(), v.type().dtype(), v.type().shape(), new Initializer.Zeros());
        }

        @Override
        public Value read(Item.Handle variable) {
            Value w = weights.get(variable.key());
            return w != null ? w : state(find(variable));
        }

        private Variable find(Item.Handle h) {
            Variable v = byKey.get(h.key());
            if (v == null) throw new ShapeException("the variable \"" + h.key() + "\" has no value in the checkpoint");
            return v;
        }

        @Override
        public void assign(Item.Handle variable, Item value) {
            Variable v = find(variable);
            if (v.trainable() || !(value instanceof Item.Dense d)) throw ResourceOps.changes(variable);
            if (!d.value().type().equals(v.type()))
                throw new ShapeException("gives \"" + v.name() + "\" a value of another type, "
                        + d.value().type());
            scope.update(v.name(), d.value());
        }

        @Override
        public void declare(Item.Handle variable, DType dtype, @Nullable Shape shape) {}

        @Override
        public Table table(Item.Handle table) {
            Table t = source.tables.get(table.key());
            if (t == null)
                throw new ShapeException("the table \"" + table.key() + "\" is not filled by the model's initializer");
            return t;
        }

        @Override
        public void fill(Item.Handle table, Item keys, Item values) {
            throw ResourceOps.changes(table);
        }

        @Override
        public int numberOf(Value number) {
            return scope.numberOf(number);
        }

        @Override
        public Value random(boolean normal, Shape shape) {
            if (scope.training() || inputs.isEmpty()) return scope.random(normal, shape);
            return new FreshNumbers(normal, shape, draws++)
                    .on(inputs.getFirst())
                    .get(0);
        }

        @Override
        public @Nullable String asset(String node) {
            return source.assets.get(node);
        }
    }

    @Override
    public String toString() {
        return "SavedFunction[" + signature + "]";
    }
}
