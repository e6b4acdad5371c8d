package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Names;
import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Cells one behind the other as one cell: each gets the output of the one before. The states are those of the first cell, then the second… */
public record StackedRNNCells(List<Instance> cells) implements Cell {
    public static final StackedRNNCells DEFAULTS = new StackedRNNCells(List.of());

    public StackedRNNCells {
        cells = List.copyOf(cells);
    }

    /** Cells with default names. */
    public static StackedRNNCells of(Cell... cells) {
        return new StackedRNNCells(List.of(cells).stream()
                .map(c -> Instance.of(Names.snakeCase(c.getClass().getSimpleName()), c))
                .toList());
    }

    @Override
    public Recurrence open(Scope scope, Shape step) {
        if (cells.isEmpty()) throw new ShapeException("has no cells");
        List<Recurrence> opened = new ArrayList<>();
        Map<String, Integer> used = new HashMap<>();
        Shape in = step;
        for (Instance cell : cells) {
            if (!(cell.layer() instanceof Cell c))
                throw new ShapeException("\"" + cell.name() + "\" is no cell: " + cell.layer());
            String base = Names.snakeCase(c.getClass().getSimpleName());
            int n = used.merge(base, 1, Integer::sum) - 1;
            Recurrence r = c.open(scope.child("cells/" + base + (n == 0 ? "" : "_" + n), cell), in);
            opened.add(r);
            in = outputShape(r, in);
        }
        return new Stack(opened);
    }

    private static Shape outputShape(Recurrence r, Shape in) {
        Value x = Value.parameter("x", new TensorType(r.states().get(0).dtype(), in));
        return r.step(
                        r.project(x),
                        r.states().stream()
                                .map(t -> Value.parameter("state", t))
                                .toList())
                .output()
                .shape();
    }

    private record Stack(List<Recurrence> cells) implements Recurrence {
        @Override
        public List<TensorType> states() {
            return cells.stream().flatMap(c -> c.states().stream()).toList();
        }

        @Override
        public Value project(Value x) {
            return cells.get(0).project(x.cast(cells.get(0).states().get(0).dtype()));
        }

        @Override
        public Step step(Value projected, List<Value> states) {
            List<Value> next = new ArrayList<>();
            Value x = projected;
            int at = 0;
            for (Recurrence cell : cells) {
                int n = cell.states().size();
                if (at > 0) x = cell.project(x.cast(cell.states().get(0).dtype()));
                Step step = cell.step(x, states.subList(at, at + n));
                next.addAll(step.states());
                x = step.output();
                at += n;
            }
            return new Step(x, next);
        }
    }
}
