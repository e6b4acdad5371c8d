package io.argali.runtime.plan;

import io.argali.runtime.kernel.ConvGeometry;
import io.argali.runtime.kernel.ConvKernel;
import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.MatMulKernel;
import io.argali.runtime.kernel.PoolGeometry;
import io.argali.runtime.kernel.PoolKernel;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType.Storage;
import io.argali.runtime.tensor.Shape;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The steps of matrix products, convolutions and poolings. */
final class ContractionSteps {
    /** What a step needs from the planner. */
    interface Memory {
        /** The buffer of an input; not for weights that are packed instead. */
        Buffer read(Value v);

        boolean isConstant(Value v);

        /** A constant's packed form, shared by all plans. */
        Buffer packed(Object layout, Value constant, int size, Packer packer);

        Buffer scratch(int floats);
    }

    interface Packer {
        void pack(float[] from, int offset, float[] to);
    }

    /** A right-hand side of fewer floats is packed by one thread: handing out tasks would take longer. */
    private static final int PARALLEL_PACK = 32 * 1024;

    private final CpuBackend backend;
    private final Memory memory;

    ContractionSteps(CpuBackend backend, Memory memory) {
        this.backend = backend;
        this.memory = memory;
    }

    Step of(Node n, Buffer out, @Nullable Program epilogue) {
        boolean floats = out.dtype.storage() == Storage.FLOATS;
        return switch ((Op.Contraction) n.op()) {
            case Op.MatMul m -> floats ? matMul(n, m, out, epilogue) : genericMatMul(n, m, out);
            case Op.Conv c -> {
                ConvGeometry g = geometry(
                        n.input(0).shape(), n.input(1).shape(), n.types().get(0).shape(), c.window(), c.groups());
                yield floats ? conv(n, g, out, epilogue) : doubleConv(n, g, out);
            }
            case Op.ConvInputGradient c -> {
                ConvGeometry g =
                        geometry(c.inputShape(), n.input(1).shape(), n.input(0).shape(), c.window(), c.groups());
                yield floats ? convInputGradient(n, g, out, epilogue) : doubleConv(n, g, out);
            }
            case Op.ConvKernelGradient c -> {
                ConvGeometry g =
                        geometry(n.input(0).shape(), c.kernelShape(), n.input(1).shape(), c.window(), c.groups());
                yield floats ? convKernelGradient(n, g, out) : doubleConv(n, g, out);
            }
            case Op.Pool p ->
                pool(
                        n,
                        p.max(),
                        poolGeometry(n.input(0).shape(), n.types().get(0).shape(), p.size(), p.window()),
                        out);
            case Op.PoolGradient p ->
                poolGradient(
                        n, p.max(), poolGeometry(n.input(0).shape(), n.input(1).shape(), p.size(), p.window()), out);
        };
    }

    // Matrix products

    private Step matMul(Node n, Op.MatMul op, Buffer out, @Nullable Program epilogue) {
        Product p = new Product(n, op);
        MatMulKernel kernel = backend.kernels().matMul();
        Buffer a = memory.read(n.input(0));
        Value right = n.input(1);
        int packedSize = kernel.packedSize(p.k, p.n);
        if (p.sharedB && memory.isConstant(right)) {
            Buffer packed = memory.packed(
                    List.of("matMul", op.transposeB()),
                    right,
                    packedSize,
                    (from, at, to) -> kernel.pack(p.k, p.n, from, at, p.bRow, p.bColumn, to, 0));
            return w -> {
                Epilogue e = epilogue == null ? null : epilogue.epilogue(w, out);
                // With one B and A in plain rows, the whole batch is one product.
                if (p.plainA) {
                    MatMulKernel.Product product =
                            kernel.prepare(p.batch * p.m, p.n, p.k, p.k, 1, p.n, e, backend.workers());
                    return () -> product.run(
                            a.floats(w), a.offset(), packed.floats(w), packed.offset(), out.floats(w), out.offset());
                }
                MatMulKernel.Product[] products = products(p, e, backend.workers());
                return () -> {
                    for (int i = 0; i < p.batch; i++) {
                        products[i].run(
                                a.floats(w),
                                a.offset() + p.aOffset[i],
                                packed.floats(w),
                                packed.offset(),
                                out.floats(w),
                                out.offset() + i * p.m * p.n);
                    }
                };
            };
        }
        Buffer b = memory.read(right);
        if (p.sharedB && p.plainA) return productWithFreshB(p, a, b, out, packedSize, epilogue);
        return productsInParallel(p, a, b, out, packedSize, epilogue);
    }

    /** One right-hand side for the whole batch, packed at every run. */
    private Step productWithFreshB(
            Product p, Buffer a, Buffer b, Buffer out, int packedSize, @Nullable Program epilogue) {
        MatMulKernel kernel = backend.kernels().matMul();
        Buffer packed = memory.scratch(packedSize);
        return w -> {
            Epilogue e = epilogue == null ? null : epilogue.epilogue(w, out);
            MatMulKernel.Product product = kernel.prepare(p.batch * p.m, p.n, p.k, p.k, 1, p.n, e, backend.workers());
            Workers workers = p.k * p.n < PARALLEL_PACK ? Workers.single() : backend.workers();
            int parts = workers.parallelism();
            IntConsumer pack = part -> kernel.packPart(
                    part,
                    parts,
                    p.k,
                    p.n,
                    b.floats(w),
                    b.offset() + p.bOffset[0],
                    p.bRow,
                    p.bColumn,
                    packed.floats(w),
                    packed.offset());
            return () -> {
                workers.run(parts, pack);
                product.run(a.floats(w), a.offset(), packed.floats(w), packed.offset(), out.floats(w), out.offset());
            };
        };
    }

    /** Many products, each with its own right-hand side: whole products go to the threads. */
    private Step productsInParallel(
            Product p, Buffer a, Buffer b, Buffer out, int packedSize, @Nullable Program epilogue) {
        MatMulKernel kernel = backend.kernels().matMul();
        boolean many = p.batch > 1 && (long) p.batch * p.m * p.n * p.k > 1 << 16;
        int tasks = many ? Math.min(p.batch, backend.workers().parallelism()) : 1;
        Buffer packed = memory.scratch(packedSize * tasks);
        return w -> {
            Epilogue e = epilogue == null ? null : epilogue.epilogue(w, out);
            MatMulKernel.Product[] products = products(p, e, tasks == 1 ? backend.workers() : Workers.single());
            IntConsumer task = t -> {
                int from = (int) ((long) p.batch * t / tasks), to = (int) ((long) p.batch * (t + 1) / tasks);
                int at = packed.offset() + t * packedSize;
                for (int i = from; i < to; i++) {
                    kernel.pack(
                            p.k, p.n, b.floats(w), b.offset() + p.bOffset[i], p.bRow, p.bColumn, packed.floats(w), at);
                    products[i].run(
                            a.floats(w),
                            a.offset() + p.aOffset[i],
                            packed.floats(w),
                            at,
                            out.floats(w),
                            out.offset() + i * p.m * p.n);
                }
            };
            return tasks == 1 ? () -> task.accept(0) : () -> backend.workers().run(tasks, task);
        };
    }

    /** The products of a batch; their rows follow one another in the whole result, which is what the epilogue sees. */
    private MatMulKernel.Product[] products(Product p, @Nullable Epilogue e, Workers workers) {
        MatMulKernel kernel = backend.kernels().matMul();
        MatMulKernel.Product[] r = new MatMulKernel.Product[p.batch];
        Epilogue rest = Epilogue.rest(e);
        for (int i = 0; i < p.batch; i++) {
            int first = i * p.m;
            Epilogue own = e;
            if (rest != null) {
                own = new Epilogue.Chain(
                        Epilogue.start(e),
                        (y, offset, rows, columns, leading, row, column) ->
                                rest.apply(y, offset, rows, columns, leading, first + row, column));
            }
            r[i] = kernel.prepare(p.m, p.n, p.k, p.aRow, p.aColumn, p.n, own, workers);
        }
        return r;
    }

    /** The sizes, strides and batch offsets of a matrix product. */
    private static final class Product {
        final int m;
        final int n;
        final int k;
        final int batch;
        final int aRow;
        final int aColumn;
        final int bRow;
        final int bColumn;
        final int[] aOffset;
        final int[] bOffset;
        /** Whether one B serves the whole batch. */
        final boolean sharedB;
        /** Whether A's rows follow one another through the batch. */
        final boolean plainA;

        Product(Node node, Op.MatMul op) {
            Shape a = node.input(0).shape(),
                    b = node.input(1).shape(),
                    c = node.types().get(0).shape();
            m = c.dim(-2);
            n = c.last();
            k = a.dim(op.transposeA() ? -2 : -1);
            aRow = op.transposeA() ? 1 : k;
            aColumn = op.transposeA() ? m : 1;
            bRow = op.transposeB() ? 1 : n;
            bColumn = op.transposeB() ? k : 1;
            Shape outer = c.slice(0, c.rank() - 2);
            batch = outer.size();
            aOffset = offsets(a, outer);
            bOffset = offsets(b, outer);
            sharedB = b.size(0, b.rank() - 2) == 1;
            plainA = !op.transposeA() && a.size(0, a.rank() - 2) == batch;
        }

        private static int[] offsets(Shape s, Shape outer) {
            Shape own = s.slice(0, s.rank() - 2);
            int matrix = s.size(s.rank() - 2, s.rank());
            int[] map = Strides.offsets(Strides.broadcast(own, outer), outer);
            int[] r = new int[outer.size()];
            for (int i = 0; i < r.length; i++) r[i] = (map == null ? i : map[i]) * matrix;
            return r;
        }
    }

    private Step genericMatMul(Node node, Op.MatMul op, Buffer out) {
        Product p = new Product(node, op);
        Buffer a = memory.read(node.input(0)), b = memory.read(node.input(1));
        return w -> () -> {
            for (int i = 0; i < p.batch; i++) {
                int ao = a.offset() + p.aOffset[i], bo = b.offset() + p.bOffset[i], co = out.offset() + i * p.m * p.n;
                switch (a.array(w)) {
                    case double[] x ->
                        DoubleContractions.matMul(
                                p.m,
                                p.n,
                                p.k,
                                x,
                                ao,
                                p.aRow,
                                p.aColumn,
                                (double[]) b.array(w),
                                bo,
                                p.bRow,
                                p.bColumn,
                                (double[]) out.array(w),
                                co);
                    case int[] x ->
                        DoubleContractions.matMul(
                                p.m,
                                p.n,
                                p.k,
                                x,
                                ao,
                                p.aRow,
                                p.aColumn,
                                (int[]) b.array(w),
                                bo,
                                p.bRow,
                                p.bColumn,
                                (int[]) out.array(w),
                                co);
                    case long[] x ->
                        DoubleContractions.matMul(
                                p.m,
                                p.n,
                                p.k,
                                x,
                                ao,
                                p.aRow,
                                p.aColumn,
                                (long[]) b.array(w),
                                bo,
                                p.bRow,
                                p.bColumn,
                                (long[]) out.array(w),
                                co);
                    default -> throw new IllegalArgumentException("no matrix product of " + a.dtype.kerasName());
                }
            }
        };
    }

    // Convolutions

    private static int spatial(Shape s, int i, int rank) {
        int axis = i - (3 - rank);
        return axis < 0 ? 1 : s.dim(axis + 1);
    }

    private static int entry(List<Integer> list, int i, int otherwise) {
        int at = i - (3 - list.size());
        return at < 0 ? otherwise : list.get(at);
    }

    private static ConvGeometry geometry(Shape x, Shape kernel, Shape y, Op.Window w, int groups) {
        int rank = x.rank() - 2;
        int[] k = new int[3];
        for (int i = 0; i < 3; i++) k[i] = i < 3 - rank ? 1 : kernel.dim(i - (3 - rank));
        return new ConvGeometry(
                x.dim(0),
                spatial(x, 0, rank),
                spatial(x, 1, rank),
                spatial(x, 2, rank),
                x.last(),
                spatial(y, 0, rank),
                spatial(y, 1, rank),
                spatial(y, 2, rank),
                y.last(),
                k[0],
                k[1],
                k[2],
                entry(w.strides(), 0, 1),
                entry(w.strides(), 1, 1),
                entry(w.strides(), 2, 1),
                entry(w.dilations(), 0, 1),
                entry(w.dilations(), 1, 1),
                entry(w.dilations(), 2, 1),
                entry(w.low(), 0, 0),
                entry(w.low(), 1, 0),
                entry(w.low(), 2, 0),
                groups);
    }

    private static PoolGeometry poolGeometry(Shape x, Shape y, List<Integer> size, Op.Window w) {
        int rank = x.rank() - 2;
        return new PoolGeometry(
                x.dim(0),
                spatial(x, 0, rank),
                spatial(x, 1, rank),
                spatial(x, 2, rank),
                spatial(y, 0, rank),
                spatial(y, 1, rank),
                spatial(y, 2, rank),
                x.last(),
                entry(size, 0, 1),
                entry(size, 1, 1),
                entry(size, 2, 1),
                entry(w.strides(), 0, 1),
                entry(w.strides(), 1, 1),
                entry(w.strides(), 2, 1),
                entry(w.low(), 0, 0),
                entry(w.low(), 1, 0),
                entry(w.low(), 2, 0));
    }

    /** What of a geometry the packing depends on: not the batch, and of the image's size only where it decides on another algorithm. */
    private static List<Object> layout(String kind, ConvGeometry g, int packedSize) {
        return List.of(
                kind,
                packedSize,
                g.groups(),
                g.strideD(),
                g.strideH(),
                g.strideW(),
                g.dilationD(),
                g.dilationH(),
                g.dilationW(),
                g.inChannels());
    }

    private Step conv(Node n, ConvGeometry g, Buffer out, @Nullable Program epilogue) {
        ConvKernel kernel = backend.kernels().conv();
        Workers workers = backend.workers();
        Buffer x = memory.read(n.input(0));
        Buffer scratch = memory.scratch(kernel.scratchSize(g, workers));
        int size = kernel.packedSize(g);
        boolean constant = memory.isConstant(n.input(1));
        Buffer raw = constant ? null : memory.read(n.input(1));
        Buffer packed = constant
                ? memory.packed(
                        layout("conv", g, size), n.input(1), size, (from, at, to) -> kernel.pack(g, from, at, to, 0))
                : memory.scratch(size);
        return w -> {
            ConvKernel.Convolution convolution =
                    kernel.prepare(g, epilogue == null ? null : epilogue.epilogue(w, out), workers);
            return () -> {
                if (raw != null) kernel.pack(g, raw.floats(w), raw.offset(), packed.floats(w), packed.offset());
                convolution.run(
                        x.floats(w),
                        x.offset(),
                        packed.floats(w),
                        packed.offset(),
                        scratch.floats(w),
                        scratch.offset(),
                        out.floats(w),
                        out.offset());
            };
        };
    }

    private Step convInputGradient(Node n, ConvGeometry g, Buffer out, @Nullable Program epilogue) {
        ConvKernel kernel = backend.kernels().conv();
        Workers workers = backend.workers();
        Buffer dy = memory.read(n.input(0));
        Buffer scratch = memory.scratch(kernel.inputGradientScratchSize(g, workers));
        int size = kernel.inputGradientPackedSize(g);
        boolean constant = memory.isConstant(n.input(1));
        Buffer raw = constant ? null : memory.read(n.input(1));
        Buffer packed = constant
                ? memory.packed(
                        layout("convInputGradient", g, size),
                        n.input(1),
                        size,
                        (from, at, to) -> kernel.packForInputGradient(g, from, at, to, 0))
                : memory.scratch(size);
        return w -> {
            Epilogue e = epilogue == null ? null : epilogue.epilogue(w, out);
            return () -> {
                if (raw != null)
                    kernel.packForInputGradient(g, raw.floats(w), raw.offset(), packed.floats(w), packed.offset());
                kernel.inputGradient(
                        g,
                        dy.floats(w),
                        dy.offset(),
                        packed.floats(w),
                        packed.offset(),
                        scratch.floats(w),
                        scratch.offset(),
                        out.floats(w),
                        out.offset(),
                        e,
                        workers);
            };
        };
    }

    private Step convKernelGradient(Node n, ConvGeometry g, Buffer out) {
        ConvKernel kernel = backend.kernels().conv();
        Workers workers = backend.workers();
        Buffer x = memory.read(n.input(0)), dy = memory.read(n.input(1));
        Buffer scratch = memory.scratch(kernel.kernelGradientScratchSize(g, workers));
        return w -> () -> kernel.kernelGradient(
                g,
                x.floats(w),
                x.offset(),
                dy.floats(w),
                dy.offset(),
                scratch.floats(w),
                scratch.offset(),
                out.floats(w),
                out.offset(),
                workers);
    }

    private Step doubleConv(Node n, ConvGeometry g, Buffer out) {
        Buffer a = memory.read(n.input(0)), b = memory.read(n.input(1));
        return w -> () -> {
            double[] x = (double[]) a.array(w), y = (double[]) b.array(w), r = (double[]) out.array(w);
            switch (n.op()) {
                case Op.Conv c -> DoubleContractions.conv(g, x, a.offset(), y, b.offset(), r, out.offset());
                case Op.ConvInputGradient c ->
                    DoubleContractions.convInputGradient(g, x, a.offset(), y, b.offset(), r, out.offset());
                default -> DoubleContractions.convKernelGradient(g, x, a.offset(), y, b.offset(), r, out.offset());
            }
        };
    }

    // Poolings

    private Step pool(Node n, boolean max, PoolGeometry g, Buffer out) {
        PoolKernel kernel = backend.kernels().pool();
        Buffer x = memory.read(n.input(0));
        return w -> () -> {
            if (x.array(w) instanceof double[] d) {
                DoubleContractions.pool(max, g, d, x.offset(), (double[]) out.array(w), out.offset());
            } else if (max) {
                kernel.max(g, x.floats(w), x.offset(), out.floats(w), out.offset(), backend.workers());
            } else {
                kernel.average(g, x.floats(w), x.offset(), out.floats(w), out.offset(), backend.workers());
            }
        };
    }

    private Step poolGradient(Node n, boolean max, PoolGeometry g, Buffer out) {
        PoolKernel kernel = backend.kernels().pool();
        Buffer x = memory.read(n.input(0)), dy = memory.read(n.input(1));
        return w -> () -> {
            if (x.array(w) instanceof double[] d) {
                DoubleContractions.poolGradient(
                        max,
                        g,
                        d,
                        x.offset(),
                        (double[]) dy.array(w),
                        dy.offset(),
                        (double[]) out.array(w),
                        out.offset());
            } else if (max) {
                kernel.maxGradient(
                        g,
                        x.floats(w),
                        x.offset(),
                        dy.floats(w),
                        dy.offset(),
                        out.floats(w),
                        out.offset(),
                        backend.workers());
            } else {
                kernel.averageGradient(g, dy.floats(w), dy.offset(), out.floats(w), out.offset(), backend.workers());
            }
        };
    }
}
