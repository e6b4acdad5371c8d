package io.argali.runtime.plan;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.Program.Extent;
import io.argali.runtime.plan.Program.Instruction;
import io.argali.runtime.plan.Program.Place;
import io.argali.runtime.plan.Program.Slot;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.DType.Storage;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes the {@link Program} of a group of nodes. */
final class ProgramBuilder {
    /** How a value from outside the group lies in memory. */
    record Operand(Buffer buffer, int start, int[] strides, boolean plain) {}

    /** What the planner knows of values outside the group. */
    interface Outside {
        boolean isConstant(Value v);

        Tensor constant(Value v);

        Operand operand(Value v);

        void reads(Buffer b);

        /** Whether a result takes the place of an old state, which the program must have read before. */
        boolean replaces(Value v);
    }

    /** Floats behind a bias that lie in the last vectors of a row. */
    private static final int BIAS_SLACK = 64;

    private final Shape domain;
    private final boolean headed;
    private final Outside outside;
    private final List<SlotDraft> slots = new ArrayList<>();
    private final List<Instruction> code = new ArrayList<>();
    private final Map<Value, Integer> slotOf = new HashMap<>();
    private final List<Instruction> loads = new ArrayList<>();
    private int headIn = -1;
    private int headOut = -1;
    private boolean flat;
    private Program.Start start = Program.Start.NONE;

    private record SlotDraft(
            Extent extent, Place place, @Nullable Buffer buffer, float immediate, boolean needsRegister) {}

    ProgramBuilder(Shape domain, boolean headed, Outside outside) {
        this.domain = domain;
        this.headed = headed;
        this.outside = outside;
    }

    /**
     * @param outputs the values that others need, and where they go
     * @param headOutput the output that is written in place of the head, or null
     */
    Program build(
            List<Node> members,
            @Nullable Value head,
            Map<Value, Buffer> outputs,
            @Nullable Value headOutput,
            CpuBackend backend) {
        flat = !headed && isFlat(members);
        if (head != null) {
            headIn = slot(Extent.FULL, Place.HEAD, null, 0, true);
            slotOf.put(head, headIn);
            if (isRounded(head.dtype())) {
                int rounded = register(Extent.FULL);
                code.add(new Program.RoundTo(head.dtype(), headIn, rounded));
                slotOf.put(head, rounded);
            }
        }
        for (Node n : members) {
            Value v = n.output(0);
            Buffer direct =
                    !headed && !outside.replaces(v) && v.dtype().storage() == Storage.FLOATS ? outputs.get(v) : null;
            int to = emit(n, v, direct);
            slotOf.put(v, to);
        }
        store(outputs, head, headOutput);
        if (headOut >= 0) takeStart();
        return finish(backend);
    }

    private static boolean isRounded(DType t) {
        return t.storage() == Storage.FLOATS && t != DType.FLOAT32;
    }

    /** Whether rows do not matter: everything is full or a scalar, so that the whole may be one long column. */
    private boolean isFlat(List<Node> members) {
        for (Node n : members) {
            if (n.op() instanceof Op.Reduce || !n.types().get(0).shape().equals(domain)) return false;
            for (Value v : n.inputs()) {
                if (members.contains(v.node())
                        || v.shape().size() == 1
                                && (outside.isConstant(v) || outside.operand(v).plain())) continue;
                if (!v.shape().equals(domain) || outside.isConstant(v)) return false;
                if (!outside.operand(v).plain()) return false;
            }
        }
        return true;
    }

    private Extent extent(Shape s) {
        if (s.equals(domain)) return Extent.FULL;
        if (flat) return Extent.SCALAR;
        if (domain.rank() > 0 && s.equals(domain.with(-1, 1))) return Extent.ROW;
        if (s.size() == 1) return Extent.SCALAR;
        return s.last() == 1 && domain.last() != 1 ? Extent.ROW : Extent.FULL;
    }

    private int slot(Extent e, Place p, @Nullable Buffer b, float immediate, boolean needsRegister) {
        slots.add(new SlotDraft(e, p, b, immediate, needsRegister));
        return slots.size() - 1;
    }

    private int register(Extent e) {
        return slot(e, Place.REGISTER, null, 0, true);
    }

    private int target(Extent e, @Nullable Buffer direct) {
        return direct == null ? register(e) : slot(e, Place.MEMORY, direct, 0, false);
    }

    private int emit(Node n, Value v, @Nullable Buffer direct) {
        Extent e = extent(v.shape());
        boolean rounded = isRounded(v.dtype());
        int to;
        switch (n.op()) {
            case Op.Unary u -> {
                int a = as(read(n.input(0)), e);
                to = target(e, direct);
                code.add(new Program.UnaryOf(u.function(), a, to));
            }
            case Op.Binary b -> {
                int x = read(n.input(0)), y = read(n.input(1));
                if (slots.get(x).extent != e && slots.get(y).extent != e) x = as(x, e);
                to = target(e, direct);
                code.add(new Program.BinaryOf(b.function(), x, y, to));
            }
            case Op.Select s -> {
                int c = as(read(n.input(0)), e), x = as(read(n.input(1)), e), y = as(read(n.input(2)), e);
                to = target(e, direct);
                code.add(new Program.SelectOf(c, x, y, to));
            }
            case Op.Reduce r -> {
                int a = as(read(n.input(0)), Extent.FULL);
                to = target(e, direct);
                code.add(new Program.ReduceOf(r.function(), a, to));
            }
            case Op.Cast c -> {
                int a = as(read(n.input(0)), e);
                if (c.dtype() == DType.BOOL && n.input(0).dtype() != DType.BOOL) {
                    to = target(e, direct);
                    code.add(new Program.BinaryOf(
                            BinaryFunction.NOT_EQUAL, a, slot(Extent.SCALAR, Place.IMMEDIATE, null, 0, false), to));
                } else if (rounded || direct != null) {
                    to = target(e, direct);
                    // Times one: a copy.
                    code.add(new Program.BinaryOf(
                            BinaryFunction.MULTIPLY, a, slot(Extent.SCALAR, Place.IMMEDIATE, null, 1, false), to));
                } else {
                    return a;
                }
            }
            default -> throw new IllegalStateException("not for a program: " + n);
        }
        if (rounded) code.add(new Program.RoundTo(v.dtype(), to, to));
        return to;
    }

    /** The slot, repeated to a larger extent where needed. */
    private int as(int slot, Extent e) {
        if (slots.get(slot).extent == e) return slot;
        int full = register(e);
        code.add(new Program.Expand(slot, full));
        return full;
    }

    private int read(Value v) {
        Integer known = slotOf.get(v);
        if (known != null) return known;
        int s = load(v);
        slotOf.put(v, s);
        return s;
    }

    private int load(Value v) {
        if (v.shape().size() == 1 && outside.isConstant(v)) {
            Tensor t = outside.constant(v);
            return slot(Extent.SCALAR, Place.IMMEDIATE, null, (float) t.item(), false);
        }
        Operand o = outside.operand(v);
        outside.reads(o.buffer);
        Extent e = extent(v.shape());
        boolean own = e == Extent.SCALAR
                || v.shape().equals(domain)
                || domain.rank() > 0 && v.shape().equals(domain.with(-1, 1));
        boolean direct = o.plain && own;
        if (direct && o.buffer.dtype == DType.BOOL) {
            int to = register(e);
            loads.add(new Program.Load(o.buffer, to));
            return to;
        }
        if (direct) return slot(e, Place.MEMORY, o.buffer, 0, headed && e == Extent.FULL);
        if (e == Extent.FULL
                && o.buffer.isConstant()
                && o.plain
                && v.shape().size() == domain.last()
                && v.shape().last() == domain.last()
                && o.buffer.dtype.storage() == Storage.FLOATS) {
            return slot(e, Place.PATTERN, pattern(o.buffer), 0, headed);
        }
        int to = register(e);
        int rank = domain.rank();
        int[] strides = Strides.broadcast(v.shape(), o.strides, domain);
        int[] outer = Arrays.copyOf(strides, rank - 1);
        loads.add(new Program.Gather(new Program.Gathered(o.buffer, o.start, outer, strides[rank - 1]), v.dtype(), to));
        return to;
    }

    /** A constant per column, repeated for the rows of a tile. */
    private Buffer pattern(Buffer constant) {
        int c = domain.last(), rows = Math.max(1, Program.TILE / Math.max(1, c));
        float[] all = (float[]) Objects.requireNonNull(constant.constantArray());
        float[] tiled = new float[rows * c + BIAS_SLACK];
        for (int r = 0; r < rows; r++) System.arraycopy(all, constant.offset(), tiled, r * c, c);
        return Buffer.constant(DType.FLOAT32, tiled, rows * c);
    }

    private void store(Map<Value, Buffer> outputs, @Nullable Value head, @Nullable Value headOutput) {
        if (headOutput != null) {
            int out = Objects.requireNonNull(slotOf.get(headOutput));
            int made = lastWrite(out);
            boolean inPlace =
                    !headOutput.equals(head) && slots.get(out).place == Place.REGISTER && !readAfter(headIn, made);
            if (inPlace) {
                slots.set(out, new SlotDraft(Extent.FULL, Place.HEAD, null, 0, true));
                headOut = out;
            } else if (out != headIn) {
                code.add(new Program.Store(out, Objects.requireNonNull(outputs.get(headOutput))));
            }
        }
        outputs.forEach((v, b) -> {
            if (v.equals(headOutput) || v.equals(head)) return;
            int s = Objects.requireNonNull(slotOf.get(v));
            boolean written = slots.get(s).place == Place.MEMORY && slots.get(s).buffer == b;
            if (!written) code.add(new Program.Store(s, b));
        });
    }

    /** Takes the first instructions away that the head's kernel does itself: bias, residual, bounds. */
    private void takeStart() {
        while (headIn != headOut) {
            List<Instruction> readers =
                    code.stream().filter(i -> reads(i, headIn)).toList();
            if (readers.size() != 1) return;
            Instruction i = readers.get(0);
            Program.Start longer = longerBy(i);
            if (longer == null || slots.get(i.to()).extent != Extent.FULL || readAfter(i.to(), lastWrite(headOut)))
                return;
            start = longer;
            code.remove(i);
            headIn = i.to();
            slots.set(headIn, new SlotDraft(Extent.FULL, Place.HEAD, null, 0, true));
        }
    }

    /** The start with one more instruction, or null if kernels do not know it. */
    private Program.@Nullable Start longerBy(Instruction i) {
        if (i instanceof Program.UnaryOf u && u.f() == UnaryFunction.RELU) return start.atLeast(0);
        if (!(i instanceof Program.BinaryOf b) || b.a() == b.b()) return null;
        SlotDraft other = slots.get(b.a() == headIn ? b.b() : b.a());
        boolean number = other.place == Place.IMMEDIATE;
        return switch (b.f()) {
            case MAXIMUM -> number ? start.atLeast(other.immediate) : null;
            case MINIMUM -> number ? start.atMost(other.immediate) : null;
            case ADD -> {
                if (start.clamps() || other.buffer == null) yield null;
                if (other.place == Place.PATTERN && start.bias() == null) yield start.withBias(other.buffer);
                boolean whole = other.place == Place.MEMORY && other.extent == Extent.FULL && other.buffer.isFixed();
                yield whole && start.residual() == null ? start.withResidual(other.buffer) : null;
            }
            default -> null;
        };
    }

    private boolean readAfter(int slot, int instruction) {
        return IntStream.range(instruction + 1, code.size()).anyMatch(i -> reads(code.get(i), slot));
    }

    private int lastWrite(int slot) {
        for (int i = code.size() - 1; i >= 0; i--) if (code.get(i).to() == slot) return i;
        return -1;
    }

    private static boolean reads(Instruction i, int slot) {
        return Arrays.stream(sources(i)).anyMatch(s -> s == slot);
    }

    private static int[] sources(Instruction i) {
        return switch (i) {
            case Program.UnaryOf u -> new int[] {u.a()};
            case Program.BinaryOf b -> new int[] {b.a(), b.b()};
            case Program.SelectOf s -> new int[] {s.condition(), s.a(), s.b()};
            case Program.ReduceOf r -> new int[] {r.a()};
            case Program.RoundTo r -> new int[] {r.a()};
            case Program.Expand e -> new int[] {e.a()};
            case Program.Store s -> new int[] {s.a()};
            case Program.Gather g -> new int[0];
            case Program.Load l -> new int[0];
        };
    }

    private Program finish(CpuBackend backend) {
        List<Instruction> all = new ArrayList<>(loads);
        all.addAll(code);
        int n = slots.size();
        int[] first = new int[n], last = new int[n];
        Arrays.fill(first, -1);
        Arrays.fill(last, -1);
        for (int i = 0; i < all.size(); i++) {
            for (int s : sources(all.get(i))) last[s] = i;
            int to = all.get(i).to();
            if (to >= 0) {
                if (first[to] < 0) first[to] = i;
                last[to] = Math.max(last[to], i);
            }
        }
        int[] register = new int[n];
        Arrays.fill(register, -1);
        Deque<Integer> free = new ArrayDeque<>();
        int count = 0;
        // Filled before the first instruction: blocks of memory and the head.
        for (int s = 0; s < n; s++) {
            boolean used = last[s] >= 0 || s == headIn || s == headOut;
            if (used && slots.get(s).needsRegister && slots.get(s).place != Place.REGISTER) register[s] = count++;
        }
        for (int i = 0; i < all.size(); i++) {
            int to = all.get(i).to();
            // A source that ends here frees its register only afterwards: an instruction may not write where it still
            // reads by rows.
            if (to >= 0 && register[to] < 0 && slots.get(to).needsRegister)
                register[to] = free.isEmpty() ? count++ : free.pop();
            for (int s = 0; s < n; s++) {
                boolean endsHere = last[s] == i && slots.get(s).place == Place.REGISTER && register[s] >= 0;
                if (endsHere) free.push(register[s]);
            }
        }
        Slot[] done = new Slot[n];
        for (int s = 0; s < n; s++) {
            SlotDraft d = slots.get(s);
            boolean unused = last[s] < 0 && s != headIn && s != headOut;
            done[s] = new Slot(d.extent, unused ? Place.IMMEDIATE : d.place, d.buffer, d.immediate, register[s]);
        }
        int rank = domain.rank();
        int[] outer = flat ? new int[] {domain.size()} : Arrays.copyOf(domain.toArray(), Math.max(0, rank - 1));
        int columns = flat || rank == 0 ? 1 : domain.last();
        return new Program(
                done,
                all.toArray(Instruction[]::new),
                outer,
                columns,
                count,
                headIn,
                headOut,
                start,
                backend.kernels(),
                backend.workers());
    }
}
