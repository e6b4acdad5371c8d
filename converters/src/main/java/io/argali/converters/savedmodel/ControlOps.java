package io.argali.converters.savedmodel;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Functions, branches and loops. */
final class ControlOps {
    private ControlOps() {}

    static void add(OpTable t) {
        for (String name : List.of("PartitionedCall", "StatefulPartitionedCall")) {
            t.items(name, c -> c.tracer().call(c.function("f"), c.inputs(), c.path()));
        }
        for (String name : List.of("If", "StatelessIf")) {
            t.items(name, c -> branch(c, List.of(c.function("else_branch"), c.function("then_branch")), true));
        }
        for (String name : List.of("Case", "StatelessCase")) {
            t.items(name, c -> branch(c, c.functions("branches"), false));
        }
        for (String name : List.of("While", "StatelessWhile")) t.items(name, LoopTracer::loop);
        for (String name : List.of("NoOp", "Assert")) t.items(name, c -> List.of());
        for (String name : List.of("Switch", "RefSwitch")) {
            t.items(name, List.of("output_false", "output_true"), c -> List.of(c.item(0), c.item(0)));
        }
        for (String name : List.of("Merge", "RefMerge"))
            t.items(name, List.of("output", "value_index"), ControlOps::merge);
        for (String name : List.of("Enter", "RefEnter", "LoopCond")) t.items(name, c -> List.of(c.item(0)));
        t.items("Print", c -> List.of(c.item(0)));
    }

    /** A branch that is known is followed alone; of others all are computed, and the one that counts is taken, if they are alike. */
    private static List<Item> branch(Call c, List<String> functions, boolean isIf) {
        List<Item> arguments = c.inputs().subList(1, c.count());
        Tensor known = c.constant(0);
        if (known != null) {
            int i = isIf ? (truth(known) ? 1 : 0) : (int) known.item();
            if (i < 0 || i >= functions.size()) i = functions.size() - 1; // TensorFlow's rule
            return c.tracer().call(functions.get(i), arguments, c.path());
        }
        Value index = c.value(0);
        if (functions.stream().anyMatch(c.tracer().program()::functionHasEffect)) {
            return follow(c, functions, arguments, index, isIf);
        }
        List<Item> r = c.tracer().call(functions.getLast(), arguments, c.path());
        for (int i = functions.size() - 2; i >= 0; i--) {
            List<Item> other = c.tracer().call(functions.get(i), arguments, c.path());
            Value here = isIf ? holds(index).not() : index.equal(i);
            if (!alike(other, r)) return follow(c, functions, arguments, index, isIf);
            r = select(here, other, r);
        }
        return r;
    }

    /** The branch that the data wants, alone: for branches that change something, or whose results differ in shape. */
    private static List<Item> follow(Call c, List<String> functions, List<Item> arguments, Value index, boolean isIf) {
        int i = c.tracer().ints(isIf ? holds(index).cast(DType.INT32) : index)[0];
        if (i < 0 || i >= functions.size()) i = functions.size() - 1;
        return c.tracer().call(functions.get(i), arguments, c.path());
    }

    /** Inputs: what the branches gave, and the condition ({@link OlderControlFlow}). */
    private static List<Item> merge(Call c) {
        Tensor known = c.constant(2);
        List<Item> otherwise = List.of(c.item(0)), then = List.of(c.item(1));
        Value condition = holds(c.value(2)), index = condition.cast(DType.INT32);
        List<Item> r = new ArrayList<>();
        if (known != null || !alike(then, otherwise)) {
            int taken = known != null ? (truth(known) ? 1 : 0) : c.tracer().ints(index)[0];
            r.add(c.item(taken == 0 ? 0 : 1));
        } else {
            r.addAll(select(condition, then, otherwise));
        }
        r.add(new Item.Dense(index));
        return r;
    }

    private static boolean alike(List<Item> a, List<Item> b) {
        for (int i = 0; i < a.size(); i++) {
            if (a.get(i).equals(b.get(i))) continue;
            boolean same = a.get(i) instanceof Item.Dense x
                    && b.get(i) instanceof Item.Dense y
                    && x.value().type().equals(y.value().type());
            if (!same) return false;
        }
        return true;
    }

    private static boolean truth(Tensor t) {
        return t.size() == 1 ? t.dtype() == DType.STRING ? !t.strings()[0].isEmpty() : t.item() != 0 : t.size() > 0;
    }

    private static Value holds(Value v) {
        Value flat = v.reshape(Shape.SCALAR);
        return flat.cast(DType.BOOL);
    }

    private static List<Item> select(Value condition, List<Item> a, List<Item> b) {
        List<Item> r = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            if (a.get(i).equals(b.get(i))) {
                r.add(a.get(i));
                continue;
            }
            Value x = ((Item.Dense) a.get(i)).value(), y = ((Item.Dense) b.get(i)).value();
            r.add(new Item.Dense(condition.select(x, y)));
        }
        return r;
    }
}
