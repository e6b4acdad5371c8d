package io.argali.runtime.kernel.vector;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import io.argali.runtime.kernel.BiasActivation;
import io.argali.runtime.kernel.ConvGeometry;
import io.argali.runtime.kernel.ConvKernel;
import io.argali.runtime.kernel.Epilogue;
import io.argali.runtime.kernel.Workers;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * 3 × 3 convolution with stride 1 by Winograd's F(2 × 2, 3 × 3) (Lavin and Gray, 2015): a tile of 2 × 2 outputs reads 4 × 4 inputs, and in
 * the transformed space each of 16 places is a matrix product of its own, {@code (tiles × in) · (in × out)}. That is 16 multiplications
 * where the direct way takes 36; its rounding errors are about twice as large.
 *
 * <p>A task takes a block of tiles and some panels of output channels: it transforms the inputs, multiplies 16 times, and transforms back
 * while all of it is in cache.
 */
final class Winograd implements ConvKernel.Convolution {
    private static final VectorSpecies<Float> SPECIES = Tiles.SPECIES;
    private static final int LANES = Tiles.LANES;

    /** Places of a transformed tile. */
    private static final int PLACES = 16;

    /** Channels below which the transforms cost more than they save. */
    private static final int FEWEST_CHANNELS = 32;

    /** Tiles of an image below which reading the larger weights costs more than is saved. */
    private static final int FEWEST_TILES = 16;

    /** Floats of transformed inputs and products that a block may have. */
    private static final int BLOCK_FLOATS = 400_000;

    private final ConvGeometry g;
    private final Padding padding;
    private final Padding.@Nullable Copy copy;
    private final Workers workers;
    private final BiasActivation start;
    private final @Nullable Epilogue rest;
    private final Steps steps;
    private final int tilesW;
    private final int tilesOfImage;
    private final int tiles;
    private final int tilesPerBlock;
    private final int panelBlocks;
    private final int panelsPerBlock;
    private final int tasks;
    private final IntConsumer task = this::block;

    private float[] source = {};
    private int sourceOffset;
    private float[] packed = {};
    private int packedOffset;
    private float[] y = {};
    private int yOffset;

    Winograd(ConvGeometry g, @Nullable Epilogue epilogue, Workers workers) {
        this.g = g;
        padding = padding(g);
        copy = padding.needed() ? new Padding.Copy(padding, workers) : null;
        start = Epilogue.start(epilogue);
        rest = Epilogue.rest(epilogue);
        steps = Steps.contiguous(g.inChannels());
        tilesW = half(g.outW());
        tilesOfImage = half(g.outH()) * tilesW;
        tiles = g.batch() * tilesOfImage;
        int threads = workers.parallelism();
        int most = Math.clamp(BLOCK_FLOATS / (PLACES * (g.inChannels() + g.outChannels())), 24, 128);
        int panels = Tiles.panels(g.outChannels());
        int blocks = Math.ceilDiv(tiles, most);
        // Few tiles: the threads share the output channels out instead, and each transforms all inputs for itself.
        panelBlocks = blocks >= 2 * threads ? 1 : Math.min(panels, threads);
        if (panelBlocks == 1) {
            blocks = Math.ceilDiv(blocks, threads) * threads;
        }
        tilesPerBlock = Math.ceilDiv(Math.ceilDiv(tiles, blocks), 4) * 4;
        panelsPerBlock = Math.ceilDiv(panels, panelBlocks);
        tasks = Math.ceilDiv(tiles, tilesPerBlock) * panelBlocks;
        this.workers =
                Partition.nanos(tiles, g.outChannels(), PLACES * g.inChannels()) < 20_000 ? Workers.single() : workers;
    }

    private static int half(int n) {
        return (n + 1) / 2;
    }

    /** Whether a convolution runs here; independent of the batch, so that a row's result is too. */
    static boolean handles(ConvGeometry g) {
        return g.kD() == 1
                && g.kH() == 3
                && g.kW() == 3
                && g.outD() == 1
                && g.inD() == 1
                && g.strideH() == 1
                && g.strideW() == 1
                && g.dilationH() == 1
                && g.dilationW() == 1
                && g.padD() == 0
                && g.padH() >= 0
                && g.padW() >= 0
                && g.groups() == 1
                && g.inChannels() % LANES == 0
                && g.outChannels() % LANES == 0
                && Math.min(g.inChannels(), g.outChannels()) >= FEWEST_CHANNELS
                && half(g.outH()) * half(g.outW()) >= FEWEST_TILES;
    }

    /** Whole tiles of the input. */
    static Padding padding(ConvGeometry g) {
        Padding p = new Padding(
                g.batch(),
                1,
                g.inH(),
                g.inW(),
                g.inChannels(),
                0,
                g.padH(),
                g.padW(),
                1,
                2 * half(g.outH()) + 2,
                2 * half(g.outW()) + 2);
        return p.needed() ? p : p.none();
    }

    static int packedSize(ConvGeometry g) {
        return Math.multiplyExact(PLACES, Tiles.packedSize(g.inChannels(), g.outChannels()));
    }

    /** {@code G w Gᵀ} for each pair of channels, as 16 packed matrices. */
    static void pack(ConvGeometry g, float[] kernel, int offset, float[] packed, int packedOffset) {
        int in = g.inChannels();
        int out = g.outChannels();
        int size = Tiles.packedSize(in, out);
        int tap = in * out;
        float[][] rows = new float[PLACES][out];
        for (int c = 0; c < in; c++) {
            for (int o = 0; o < out; o++) {
                int at = offset + c * out + o;
                for (int j = 0; j < 3; j++) { // down the columns of w
                    float a = kernel[at + j * tap];
                    float b = kernel[at + (3 + j) * tap];
                    float d = kernel[at + (6 + j) * tap];
                    rows[j][o] = a;
                    rows[4 + j][o] = (a + b + d) / 2;
                    rows[8 + j][o] = (a - b + d) / 2;
                    rows[12 + j][o] = d;
                }
                for (int i = 0; i < PLACES; i += 4) { // along its rows
                    float a = rows[i][o];
                    float b = rows[i + 1][o];
                    float d = rows[i + 2][o];
                    rows[i + 1][o] = (a + b + d) / 2;
                    rows[i + 2][o] = (a - b + d) / 2;
                    rows[i + 3][o] = d;
                }
            }
            for (int i = 0; i < PLACES; i++) {
                Packing.packRows(c, 1, in, out, rows[i], 0, out, 1, packed, packedOffset + i * size);
            }
        }
    }

    @Override
    public void run(
            float[] x,
            int xOffset,
            float[] packed,
            int packedOffset,
            float[] scratch,
            int scratchOffset,
            float[] y,
            int yOffset) {
        source = x;
        sourceOffset = xOffset;
        if (copy != null) {
            copy.run(x, xOffset, scratch, scratchOffset);
            source = scratch;
            sourceOffset = scratchOffset;
        }
        this.packed = packed;
        this.packedOffset = packedOffset;
        this.y = y;
        this.yOffset = yOffset;
        workers.run(tasks, task);
    }

    private void block(int number) {
        int first = number / panelBlocks * tilesPerBlock;
        int count = Math.min(tilesPerBlock, tiles - first);
        int panelFirst = number % panelBlocks * panelsPerBlock;
        int panelLast = Math.min(panelFirst + panelsPerBlock, Tiles.panels(g.outChannels()));
        int column = panelFirst * Tiles.PANEL;
        int columns = Math.min(g.outChannels(), panelLast * Tiles.PANEL) - column;
        if (columns <= 0) {
            return;
        }
        int in = g.inChannels();
        Tables tables = Tables.local();
        float[] v = tables.transformed(count * PLACES * in);
        float[] m = tables.products(count * PLACES * columns);
        int[] aRows = tables.aRows(count);
        int[] cRows = tables.cRows(count);
        for (int i = 0; i < count; i++) {
            forward(source, sourceOffset + corner(first + i), padding.width() * in, in, v, i * in, count * in);
        }
        int size = Tiles.packedSize(in, g.outChannels());
        for (int place = 0; place < PLACES; place++) {
            Tables.linear(aRows, count, place * count * in, in);
            Tables.linear(cRows, count, place * count * columns - column, columns);
            Tiles.multiply(
                    v,
                    aRows,
                    count,
                    steps,
                    packed,
                    packedOffset + place * size,
                    g.outChannels(),
                    panelFirst,
                    panelLast,
                    m,
                    cRows,
                    BiasActivation.NONE);
        }
        int out = g.outChannels();
        for (int i = 0; i < count; i++) {
            int tile = first + i;
            int inImage = tile % tilesOfImage;
            int top = inImage / tilesW * 2;
            int left = inImage % tilesW * 2;
            int row = (tile / tilesOfImage * g.outH() + top) * g.outW() + left;
            int to = yOffset + row * out + column;
            int height = Math.min(2, g.outH() - top);
            int width = Math.min(2, g.outW() - left);
            back(m, i * columns, count * columns, columns, y, to, g.outW() * out, out, height, width, start, column);
            if (rest != null) {
                for (int r = 0; r < height; r++) {
                    int at = row + r * g.outW();
                    rest.apply(y, to + r * g.outW() * out, width, columns, out, at, column);
                }
            }
        }
    }

    /** Where a tile's first input lies, from the first of all. */
    private int corner(int tile) {
        int inImage = tile % tilesOfImage;
        return padding.offset(tile / tilesOfImage, 0, inImage / tilesW * 2, inImage % tilesW * 2);
    }

    /** {@code Bᵀ d B} of 4 × 4 inputs. */
    private static void forward(
            float[] x, int xOffset, int rowStride, int channels, float[] v, int vOffset, int placeStride) {
        for (int c = 0; c < channels; c += LANES) {
            int r0 = xOffset + c;
            int r1 = r0 + rowStride;
            int r2 = r1 + rowStride;
            int r3 = r2 + rowStride;
            for (int i = 0; i < 4; i++) {
                // one row of the transformed tile: a combination of two rows, then of its columns
                int p = i == 0 ? r0 : i == 2 ? r2 : r1;
                int q = i == 0 || i == 1 ? r2 : i == 2 ? r1 : r3;
                FloatVector d0 = FloatVector.fromArray(SPECIES, x, p);
                FloatVector d1 = FloatVector.fromArray(SPECIES, x, p + channels);
                FloatVector d2 = FloatVector.fromArray(SPECIES, x, p + 2 * channels);
                FloatVector d3 = FloatVector.fromArray(SPECIES, x, p + 3 * channels);
                FloatVector e0 = FloatVector.fromArray(SPECIES, x, q);
                FloatVector e1 = FloatVector.fromArray(SPECIES, x, q + channels);
                FloatVector e2 = FloatVector.fromArray(SPECIES, x, q + 2 * channels);
                FloatVector e3 = FloatVector.fromArray(SPECIES, x, q + 3 * channels);
                if (i == 1) {
                    d0 = d0.add(e0);
                    d1 = d1.add(e1);
                    d2 = d2.add(e2);
                    d3 = d3.add(e3);
                } else {
                    d0 = d0.sub(e0);
                    d1 = d1.sub(e1);
                    d2 = d2.sub(e2);
                    d3 = d3.sub(e3);
                }
                int to = vOffset + 4 * i * placeStride + c;
                d0.sub(d2).intoArray(v, to);
                d1.add(d2).intoArray(v, to + placeStride);
                d2.sub(d1).intoArray(v, to + 2 * placeStride);
                d1.sub(d3).intoArray(v, to + 3 * placeStride);
            }
        }
    }

    /** {@code Aᵀ m A}: 2 × 2 outputs, or fewer at the right and lower border. */
    private static void back(
            float[] m,
            int mOffset,
            int placeStride,
            int channels,
            float[] y,
            int yOffset,
            int rowStride,
            int pixelStride,
            int height,
            int width,
            BiasActivation start,
            int column) {
        float[] bias = start.bias();
        float[] residual = start.residual();
        FloatVector low = FloatVector.broadcast(SPECIES, start.low());
        FloatVector high = FloatVector.broadcast(SPECIES, start.high());
        for (int c = 0; c < channels; c += LANES) {
            FloatVector b = FloatVector.zero(SPECIES);
            if (bias != null) {
                b = FloatVector.fromArray(SPECIES, bias, start.biasOffset() + column + c);
            }
            for (int i = 0; i < height; i++) {
                // row 0 adds the rows 0, 1 and 2 of m; row 1 takes 1 less 2 less 3
                int first = mOffset + c + (i == 0 ? 0 : 3 * 4 * placeStride);
                int second = mOffset + c + 4 * placeStride;
                int third = second + 4 * placeStride;
                FloatVector p0 = FloatVector.fromArray(SPECIES, m, first);
                FloatVector p1 = FloatVector.fromArray(SPECIES, m, first + placeStride);
                FloatVector p2 = FloatVector.fromArray(SPECIES, m, first + 2 * placeStride);
                FloatVector p3 = FloatVector.fromArray(SPECIES, m, first + 3 * placeStride);
                FloatVector q0 = FloatVector.fromArray(SPECIES, m, second);
                FloatVector q1 = FloatVector.fromArray(SPECIES, m, second + placeStride);
                FloatVector q2 = FloatVector.fromArray(SPECIES, m, second + 2 * placeStride);
                FloatVector q3 = FloatVector.fromArray(SPECIES, m, second + 3 * placeStride);
                FloatVector r0 = FloatVector.fromArray(SPECIES, m, third);
                FloatVector r1 = FloatVector.fromArray(SPECIES, m, third + placeStride);
                FloatVector r2 = FloatVector.fromArray(SPECIES, m, third + 2 * placeStride);
                FloatVector r3 = FloatVector.fromArray(SPECIES, m, third + 3 * placeStride);
                if (i == 0) {
                    p0 = p0.add(q0).add(r0);
                    p1 = p1.add(q1).add(r1);
                    p2 = p2.add(q2).add(r2);
                    p3 = p3.add(q3).add(r3);
                } else {
                    p0 = q0.sub(r0).sub(p0);
                    p1 = q1.sub(r1).sub(p1);
                    p2 = q2.sub(r2).sub(p2);
                    p3 = q3.sub(r3).sub(p3);
                }
                int to = yOffset + i * rowStride + c;
                FloatVector s = p0.add(p1).add(p2).add(b);
                FloatVector t = p1.sub(p2).sub(p3).add(b);
                if (residual != null) {
                    s = s.add(FloatVector.fromArray(SPECIES, residual, to + start.residualDelta()));
                }
                s = s.blend(low, s.compare(LT, low));
                s.blend(high, s.compare(GT, high)).intoArray(y, to);
                if (width == 2) {
                    to += pixelStride;
                    if (residual != null) {
                        t = t.add(FloatVector.fromArray(SPECIES, residual, to + start.residualDelta()));
                    }
                    t = t.blend(low, t.compare(LT, low));
                    t.blend(high, t.compare(GT, high)).intoArray(y, to);
                }
            }
        }
    }
}
