package io.argali.trainer.callback;

import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * Keeps all that a training consists of in a file, from which a run that was killed goes on where it was: at the same step, with the same optimizer
 * and the same running metrics. Source: Keras' {@code BackupAndRestore}. When training ends by itself, the file goes.
 *
 * <p>The file, big-endian: {@code ARGALIBK}, version, epoch, step, count of tensors; for each its type's name, rank, lengths and elements; CRC-32C.
 */
public final class BackupAndRestore implements Callback {
    private static final String MAGIC = "ARGALIBK";
    private static final int VERSION = 1;
    private static final int CHUNK = 1 << 16;
    /** More dimensions or tensors than this are none of ours. */
    private static final int MOST_DIMENSIONS = 32, MOST_TENSORS = 1 << 20;

    private final Path file;
    private final int everySteps;
    private final boolean deleteAtEnd;

    private final StepCount steps = new StepCount();
    private int epoch;

    /**
     * Backs up to a file.
     *
     * @param everySteps batches between two backups within an epoch; 0 for none, but after every epoch
     * @param deleteAtEnd whether the file goes when training ends
     */
    public BackupAndRestore(Path file, int everySteps, boolean deleteAtEnd) {
        this.file = file;
        this.everySteps = everySteps;
        this.deleteAtEnd = deleteAtEnd;
    }

    public static BackupAndRestore everyEpoch(Path file) {
        return new BackupAndRestore(file, 0, true);
    }

    public static BackupAndRestore everySteps(int steps, Path file) {
        return new BackupAndRestore(file, steps, true);
    }

    @Override
    public void onTrainBegin(Training training) {
        if (Files.exists(file)) restore(training);
    }

    @Override
    public void onEpochBegin(Training training, int epoch) {
        this.epoch = epoch;
    }

    @Override
    public void onBatchEnd(Training training, int step, Map<String, Double> logs) {
        boolean last = step + 1 == training.batchesPerEpoch(); // validation comes first, then the epoch is over
        if (everySteps > 0 && steps.isDue(step, everySteps) && !last) save(training, epoch, step + 1);
    }

    @Override
    public void onEpochEnd(Training training, int epoch, Map<String, Double> logs) {
        save(training, epoch + 1, 0);
    }

    @Override
    public void onTrainEnd(Training training) {
        if (!deleteAtEnd) return;
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": the backup could not be deleted: " + e.getMessage(), e);
        }
    }

    private void save(Training training, int atEpoch, int atStep) {
        try {
            NewFile.replace(file, part -> write(part, training.state(), atEpoch, atStep));
        } catch (IOException e) {
            String before = Files.exists(file) ? "; the backup from before is still there" : "";
            throw new UncheckedIOException(
                    file + ": the backup could not be written (" + e.getMessage() + ")" + before, e);
        }
    }

    private static void write(Path part, List<Tensor> state, int epoch, int step) throws IOException {
        try (FileOutputStream raw = new FileOutputStream(part.toFile())) {
            CheckedOutputStream sum = new CheckedOutputStream(new BufferedOutputStream(raw), new CRC32C());
            DataOutputStream out = new DataOutputStream(sum);
            out.writeBytes(MAGIC);
            out.writeInt(VERSION);
            out.writeInt(epoch);
            out.writeInt(step);
            out.writeInt(state.size());
            for (Tensor t : state) write(out, t);
            out.writeLong(sum.getChecksum().getValue());
            out.flush();
            raw.getFD().sync();
        }
    }

    private static void write(DataOutputStream out, Tensor t) throws IOException {
        out.writeUTF(t.dtype().kerasName());
        out.writeInt(t.shape().rank());
        for (int d : t.shape().toArray()) out.writeInt(d);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        int width = widthOf(t.dtype());
        for (int from = 0; from < t.size(); from += CHUNK / width) {
            int n = Math.min(CHUNK / width, t.size() - from);
            switch (t.dtype().storage()) {
                case FLOATS -> chunk.asFloatBuffer().put(t.floats(), from, n);
                case DOUBLES -> chunk.asDoubleBuffer().put((double[]) t.array(), from, n);
                case INTS -> chunk.asIntBuffer().put(t.ints(), from, n);
                case LONGS -> chunk.asLongBuffer().put(t.longs(), from, n);
                case BYTES -> chunk.put(0, (byte[]) t.array(), from, n);
                case STRINGS -> throw new IOException("text cannot be backed up");
            }
            out.write(chunk.array(), 0, n * width);
        }
    }

    private static int widthOf(DType dtype) throws IOException {
        return switch (dtype.storage()) {
            case FLOATS, INTS -> Integer.BYTES;
            case DOUBLES, LONGS -> Long.BYTES;
            case BYTES -> 1;
            case STRINGS -> throw new IOException("text cannot be backed up");
        };
    }

    private void restore(Training training) {
        try (CheckedInputStream sum =
                        new CheckedInputStream(new BufferedInputStream(Files.newInputStream(file)), new CRC32C());
                DataInputStream in = new DataInputStream(sum)) {
            byte[] magic = in.readNBytes(MAGIC.length());
            if (!new String(magic, java.nio.charset.StandardCharsets.US_ASCII).equals(MAGIC)
                    || in.readInt() != VERSION) {
                throw new IOException("it is no backup of this version");
            }
            int atEpoch = in.readInt(), atStep = in.readInt();
            int n = in.readInt();
            if (n < 0 || n > MOST_TENSORS) throw new IOException("it is damaged");
            List<Tensor> state = new ArrayList<>();
            for (int i = 0; i < n; i++) state.add(read(in, Files.size(file)));
            long expected = sum.getChecksum().getValue();
            if (in.readLong() != expected) throw new IOException("it is damaged");
            training.setState(state);
            training.continueAt(atEpoch, atStep);
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            String why = e.getMessage() == null ? "it is cut off" : e.getMessage();
            throw new IllegalArgumentException(
                    file + ": training cannot go on from this backup: " + why + "; delete it to begin anew", e);
        }
    }

    private static Tensor read(DataInputStream in, long fileSize) throws IOException {
        DType dtype = DType.of(in.readUTF());
        int rank = in.readInt();
        if (rank < 0 || rank > MOST_DIMENSIONS) throw new IOException("it is damaged");
        int[] dims = new int[rank];
        long size = 1;
        for (int i = 0; i < rank; i++) {
            dims[i] = in.readInt();
            if (dims[i] < 0) throw new IOException("it is damaged");
            size = Math.multiplyExact(size, dims[i]);
        }
        int width = widthOf(dtype);
        if (size > Integer.MAX_VALUE / width || size * width > fileSize) throw new IOException("it is damaged");
        Tensor t = Tensor.wrap(dtype, Shape.of(dims), Tensor.newArray(dtype, (int) size));
        byte[] chunk = new byte[CHUNK];
        for (int from = 0; from < size; from += CHUNK / width) {
            int n = (int) Math.min(CHUNK / width, size - from);
            in.readFully(chunk, 0, n * width);
            ByteBuffer b = ByteBuffer.wrap(chunk);
            switch (dtype.storage()) {
                case FLOATS -> b.asFloatBuffer().get(t.floats(), from, n);
                case DOUBLES -> b.asDoubleBuffer().get((double[]) t.array(), from, n);
                case INTS -> b.asIntBuffer().get(t.ints(), from, n);
                case LONGS -> b.asLongBuffer().get(t.longs(), from, n);
                case BYTES -> b.get((byte[]) t.array(), from, n);
                case STRINGS -> throw new IOException("it is damaged");
            }
        }
        return t;
    }
}
