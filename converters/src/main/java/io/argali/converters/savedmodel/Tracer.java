package io.argali.converters.savedmodel;

import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.NodeDef;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs through the nodes of a graph and its functions, and says with our operations what they compute. */
final class Tracer {
    private static final int DEEPEST = 100;
    /** Numbers that are asked for, each in a run of its own. */
    private static final int MOST_ASKED = 64;

    private final Program program;
    private State state;
    private final Constants constants = new Constants();
    private int depth;

    Tracer(Program program, State state) {
        this.program = program;
        this.state = state;
    }

    Program program() {
        return program;
    }

    State state() {
        return state;
    }

    /** Runs something with other variables. */
    <T> T with(State other, Supplier<T> traced) {
        State before = state;
        state = other;
        try {
            return traced.get();
        } finally {
            state = before;
        }
    }

    Constants constants() {
        return constants;
    }

    /** Whole numbers that a shape depends on: known, or asked for one by one. */
    int[] ints(Value v) {
        Tensor t = constants.find(v);
        if (t != null) return t.toIntArray();
        int[] r = new int[v.shape().size()];
        if (r.length > MOST_ASKED) throw new ShapeException("a shape depends on the data");
        Value flat = v.reshape(r.length);
        for (int i = 0; i < r.length; i++) r[i] = length(flat.at(0, i));
        return r;
    }

    private int length(Value v) {
        Tensor t = constants.find(v);
        return t != null ? (int) t.toLongArray()[0] : state.numberOf(v.cast(DType.INT32));
    }

    // Loops

    /** Finds the parameter that stands for a loop step's element of a tensor; null if the index is none of the loop's counters. */
    interface Elements {
        @Nullable
        Value find(Value tensor, Value index);
    }

    private final Deque<Elements> loops = new ArrayDeque<>();

    <T> T insideLoop(Elements elements, Supplier<T> traced) {
        loops.push(elements);
        try {
            return traced.get();
        } finally {
            loops.pop();
        }
    }

    @Nullable
    Value elementOf(Value tensor, Value index) {
        for (Elements e : loops) {
            Value v = e.find(tensor, index);
            if (v != null) return v;
        }
        return null;
    }

    /**
     * Outputs of nodes of the main graph.
     *
     * @param given what is put in place of nodes: the signature's inputs
     */
    List<Item> main(Map<String, Item> given, List<Body.Edge> results) {
        Map<String, List<Item>> done = new HashMap<>();
        given.forEach((node, item) -> done.put(node, List.of(item)));
        return run(program.main(), done, results, true, "");
    }

    /** A node of the main graph, for what it changes. */
    void run(Map<String, Item> given, Body.Edge node) {
        Map<String, List<Item>> done = new HashMap<>();
        given.forEach((name, item) -> done.put(name, List.of(item)));
        perform(program.main(), done, List.of(node), true, "");
    }

    /** What a function returns. */
    List<Item> call(String function, List<Item> arguments, String path) {
        Body b = program.function(function);
        return call(b, arguments, b.results(), true, path);
    }

    /** Some of what a function returns. */
    List<Item> call(Body b, List<Item> arguments, List<Body.Edge> results, boolean withEffects, String path) {
        if (arguments.size() != b.parameters().size()) {
            throw new ModelFormatException("function \"" + b.name() + "\" takes "
                    + b.parameters().size() + " arguments, got " + arguments.size());
        }
        if (++depth > DEEPEST) throw new ModelFormatException("functions call each other without end");
        Map<String, List<Item>> done = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) done.put(b.parameters().get(i), List.of(arguments.get(i)));
        try {
            return run(b, done, results, withEffects, path);
        } finally {
            depth--;
        }
    }

    private List<Item> run(
            Body b, Map<String, List<Item>> done, Collection<Body.Edge> results, boolean withEffects, String path) {
        perform(b, done, results, withEffects, path);
        List<Item> r = new ArrayList<>();
        for (Body.Edge e : results) r.add(find(b, e, done));
        return r;
    }

    private void perform(
            Body b, Map<String, List<Item>> done, Collection<Body.Edge> wanted, boolean withEffects, String path) {
        for (Body.Step s : program.order(b, wanted, withEffects)) {
            String name = s.node().getName();
            if (!done.containsKey(name)) done.put(name, apply(b, s, done, path));
        }
    }

    private Item find(Body b, Body.Edge e, Map<String, List<Item>> done) {
        List<Item> outputs = done.get(e.node());
        if (outputs == null) throw new ModelFormatException("there is no node \"" + e.node() + "\"");
        Body.Step s = b.step(e.node());
        int i = e.index();
        if (s != null && !e.output().isEmpty()) i += offset(s.node(), e.output());
        if (i < 0 || i >= outputs.size())
            throw new ModelFormatException("node \"" + e.node() + "\" has no output " + i);
        return outputs.get(i);
    }

    private int offset(NodeDef node, String output) {
        String op = node.getOp();
        if (!program.isFunction(op)) return OpTable.find(op).offset(node, output);
        return Math.max(0, program.function(op).resultNames().indexOf(output));
    }

    private List<Item> apply(Body b, Body.Step s, Map<String, List<Item>> done, String path) {
        List<Item> inputs = new ArrayList<>();
        for (Body.Edge e : s.inputs()) inputs.add(find(b, e, done));
        NodeDef n = s.node();
        String own = path.isEmpty() ? n.getName() : path + "/" + n.getName();
        try {
            List<Item> outputs = program.isFunction(n.getOp())
                    ? call(n.getOp(), inputs, own)
                    : OpTable.find(n.getOp()).row().apply(new Call(n, inputs, this, own));
            List<Item> folded = new ArrayList<>(outputs.size());
            for (Item o : outputs)
                folded.add(o instanceof Item.Dense d ? new Item.Dense(constants.folded(d.value())) : o);
            return folded;
        } catch (ModelFormatException e) {
            throw located(e) ? e : new ModelFormatException(at(n) + e.getMessage(), e);
        } catch (ShapeException e) {
            if (located(e)) throw e;
            ShapeException r = new ShapeException(at(n) + e.getMessage());
            r.initCause(e);
            throw r;
        } catch (IndexOutOfBoundsException
                | ArithmeticException
                | ClassCastException
                | NegativeArraySizeException
                | java.util.NoSuchElementException e) {
            throw new ModelFormatException(
                    at(n) + "its inputs or attributes make no sense (" + e.getMessage() + ")", e);
        }
    }

    private static boolean located(Exception e) {
        return String.valueOf(e.getMessage()).startsWith("node \"");
    }

    private static String at(NodeDef n) {
        return "node \"" + n.getName() + "\" (" + n.getOp() + "): ";
    }
}
