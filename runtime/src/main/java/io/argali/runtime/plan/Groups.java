package io.argali.runtime.plan;

import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.DType.Storage;
import io.argali.runtime.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes run together. A group is one step: a single node, or elementwise operations and folds of rows that walk the same places, possibly
 * behind a matrix product or convolution whose last touch they are. A node joins the group that makes its input whenever that leaves the groups
 * in an order.
 */
final class Groups {
    /** Row length above which a fold is a step of its own. */
    private static final int LONGEST_ROW = 8192;

    private static final int LARGEST_GROUP = 64;

    /** Nodes that run as one step. */
    static final class Group {
        final List<Node> members = new ArrayList<>();
        final Shape domain;

        @Nullable
        Node head;

        boolean program;
        boolean folds;
        final Set<Group> needs = new LinkedHashSet<>();
        /** Those needed whole, because a member reads them through an alias or a view; never to be merged. */
        final Set<Group> needsWhole = new LinkedHashSet<>();

        Group(Shape domain) {
            this.domain = domain;
        }
    }

    private final Constants constants;
    private final Set<Group> all = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Node, Group> groupOf = new IdentityHashMap<>();
    private final Map<Node, Boolean> views = new IdentityHashMap<>();
    private final Map<Node, List<Node>> users = new IdentityHashMap<>();
    private final Set<Node> outputs = Collections.newSetFromMap(new IdentityHashMap<>());

    Groups(Constants constants, List<Node> nodes, List<Value> outputs) {
        this.constants = constants;
        for (Value v : outputs) this.outputs.add(v.node());
        for (Node n : nodes) {
            for (Value v : n.inputs())
                users.computeIfAbsent(v.node(), k -> new ArrayList<>()).add(n);
        }
        for (Node n : nodes) if (!constants.isConstant(n) && !isLeaf(n) && !isAlias(n) && !isView(n)) place(n);
    }

    @Nullable
    Group of(Node n) {
        return groupOf.get(n);
    }

    private static boolean isLeaf(Node n) {
        return n.op() instanceof Op.Parameter || n.inputs().isEmpty() && !(n.op() instanceof Op.Random);
    }

    /** A reshape, or a slice that is one run of memory: the same elements where they are. */
    static boolean isAlias(Node n) {
        if (n.op() instanceof Op.Reshape) return true;
        if (!(n.op() instanceof Op.Slice s)) return false;
        Shape x = n.input(0).shape();
        boolean whole = true; // all axes further right are whole
        boolean outer = true;
        for (int i = x.rank() - 1; i >= 0; i--) {
            boolean full = s.sizes().dim(i) == x.dim(i);
            if (!whole && s.sizes().dim(i) != 1) outer = false;
            if (!full) {
                if (s.strides().get(i) != 1 && s.sizes().dim(i) > 1) return false;
                whole = false;
            }
        }
        return outer;
    }

    /** A movement that the programs using it do themselves, by strides. */
    boolean isView(Node n) {
        Boolean memo = views.get(n);
        if (memo == null) {
            memo = decideView(n);
            views.put(n, memo);
        }
        return memo;
    }

    private boolean decideView(Node n) {
        boolean moves = n.op() instanceof Op.Broadcast || n.op() instanceof Op.Slice && !isAlias(n);
        if (!moves || outputs.contains(n)) return false;
        DType t = n.types().get(0).dtype();
        if (t.storage() != Storage.FLOATS && t != DType.BOOL) return false;
        return users.getOrDefault(n, List.of()).stream().allMatch(Groups::isForPrograms);
    }

    /** Whether a program can compute a node: floats and bools only. */
    static boolean isForPrograms(Node n) {
        if (!n.types().stream().allMatch(t -> isProgramType(t.dtype()))
                || !n.inputs().stream().allMatch(v -> isProgramType(v.dtype()))) {
            return false;
        }
        return switch (n.op()) {
            case Op.Unary u -> true;
            case Op.Binary b -> b.function() != BinaryFunction.SHIFT_LEFT && b.function() != BinaryFunction.SHIFT_RIGHT;
            case Op.Select s -> true;
            case Op.Cast c -> true;
            case Op.Reduce r -> isRowFold(n, r);
            default -> false;
        };
    }

    private static boolean isProgramType(DType t) {
        return t.storage() == Storage.FLOATS || t == DType.BOOL;
    }

    private static boolean isRowFold(Node n, Op.Reduce r) {
        Shape x = n.input(0).shape();
        boolean numbers = r.function() != ReduceFunction.ANY && r.function() != ReduceFunction.ALL;
        return numbers
                && n.input(0).dtype().storage() == Storage.FLOATS
                && r.keepDims()
                && x.rank() > 0
                && r.axes().equals(List.of(x.rank() - 1))
                && x.last() <= LONGEST_ROW
                && x.last() > 1;
    }

    private static boolean isHead(Node n) {
        boolean product =
                n.op() instanceof Op.MatMul || n.op() instanceof Op.Conv || n.op() instanceof Op.ConvInputGradient;
        return product && n.types().get(0).dtype().storage() == Storage.FLOATS;
    }

    private void place(Node n) {
        boolean fold = n.op() instanceof Op.Reduce;
        boolean forProgram = isForPrograms(n);
        Shape own = fold ? n.input(0).shape() : n.types().get(0).shape();
        Set<Group> makers = new LinkedHashSet<>();
        for (Value v : n.inputs()) makers.addAll(makersOf(v));
        if (forProgram) {
            for (Value v : n.inputs()) {
                Group g = groupOf.get(v.node());
                if (g == null || !fits(g, own, fold)) continue;
                if (wholes(n).contains(g) || makers.stream().anyMatch(m -> m != g && reaches(m, g))) continue;
                join(g, n, fold, makers);
                mergeOthers(g, n);
                return;
            }
        }
        Group g = new Group(own);
        all.add(g);
        g.program = forProgram;
        if (isHead(n)) {
            g.head = n;
        }
        join(g, n, fold && forProgram, makers);
    }

    private static boolean fits(Group g, Shape own, boolean fold) {
        if (g.members.size() >= LARGEST_GROUP || !(g.program || g.head != null)) return false;
        if (g.head != null) return !fold && own.equals(g.domain);
        if (own.equals(g.domain)) return true;
        // A value for each row of a group that folds rows.
        return !fold && g.folds && g.domain.rank() > 0 && own.equals(g.domain.with(-1, 1));
    }

    private void join(Group g, Node n, boolean fold, Set<Group> makers) {
        g.members.add(n);
        g.folds |= fold;
        groupOf.put(n, g);
        for (Group m : makers) if (m != g) g.needs.add(m);
        g.needsWhole.addAll(wholes(n));
    }

    /** Other groups that feed the node just placed, and walk the same places, become one with its group. */
    private void mergeOthers(Group g, Node n) {
        for (Value v : n.inputs()) {
            Group o = groupOf.get(v.node());
            if (o == null || o == g || !o.program || o.head != null || !o.domain.equals(g.domain)) continue;
            if (o.folds && g.head != null || o.members.size() + g.members.size() > LARGEST_GROUP) continue;
            boolean between = g.needs.stream().anyMatch(m -> m != o && reaches(m, o))
                    || o.needs.stream().anyMatch(m -> m != g && reaches(m, g));
            if (between || feedsHead(o, g) || g.needsWhole.contains(o) || o.needsWhole.contains(g)) continue;
            g.members.addAll(g.head == null ? 0 : 1, o.members);
            for (Node m : o.members) groupOf.put(m, g);
            g.folds |= o.folds;
            g.needs.addAll(o.needs);
            g.needsWhole.addAll(o.needsWhole);
            g.needs.remove(g);
            g.needs.remove(o);
            for (Group other : all) {
                if (other != g && other.needs.remove(o)) other.needs.add(g);
                if (other != g && other.needsWhole.remove(o)) other.needsWhole.add(g);
            }
            all.remove(o);
        }
    }

    /** Whether the product that a group stands behind needs another group, which so cannot run behind it as well. */
    private boolean feedsHead(Group o, Group g) {
        return g.head != null
                && g.head.inputs().stream().flatMap(v -> makersOf(v).stream()).anyMatch(m -> reaches(m, o));
    }

    /** The groups that a node reads through aliases and views. */
    private Set<Group> wholes(Node n) {
        Set<Group> r = new LinkedHashSet<>();
        for (Value v : n.inputs()) if (groupOf.get(v.node()) == null) r.addAll(makersOf(v));
        return r;
    }

    /** The groups that make a value, seen through aliases and views. */
    private Set<Group> makersOf(Value v) {
        Node n = v.node();
        Group g = groupOf.get(n);
        if (g != null) return Set.of(g);
        Set<Group> r = new LinkedHashSet<>();
        if (!constants.isConstant(n) && (isAlias(n) || isView(n))) for (Value i : n.inputs()) r.addAll(makersOf(i));
        return r;
    }

    private static boolean reaches(Group from, Group to) {
        if (from == to) return true;
        Set<Group> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Group> open = new ArrayDeque<>(List.of(from));
        while (!open.isEmpty()) {
            for (Group g : open.pop().needs) {
                if (g == to) return true;
                if (seen.add(g)) open.push(g);
            }
        }
        return false;
    }

    /** The groups, each after those it needs. */
    List<Group> ordered(List<Node> nodes) {
        Set<Group> done = new LinkedHashSet<>();
        for (Node n : nodes) {
            Group g = groupOf.get(n);
            if (g != null) visit(g, done);
        }
        return new ArrayList<>(done);
    }

    private static void visit(Group root, Set<Group> done) {
        Deque<Group> stack = new ArrayDeque<>(List.of(root));
        while (!stack.isEmpty()) {
            Group g = stack.peek();
            List<Group> open = g.needs.stream().filter(n -> !done.contains(n)).toList();
            if (open.isEmpty()) {
                stack.pop();
                done.add(g);
            } else {
                open.forEach(stack::push);
            }
        }
    }
}
