package io.argali.trainer.callback;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A file of TensorBoard events: records of TensorFlow's TFRecord format (length, masked CRC-32C, bytes, masked CRC-32C), each a protocol buffer
 * {@code Event} with one {@code Summary}. Source: tensorflow/core/util/event.proto and framework/summary.proto.
 */
final class EventFile implements AutoCloseable {
    // Fields of Event.
    private static final int WALL_TIME = 1, STEP = 2, FILE_VERSION = 3, SUMMARY = 5;
    // Fields of Summary and Summary.Value.
    private static final int VALUE = 1, TAG = 1, TENSOR = 8, METADATA = 9;
    // Fields of SummaryMetadata and its PluginData.
    private static final int PLUGIN_DATA = 1, DATA_CLASS = 4, PLUGIN_NAME = 1, CONTENT = 2;
    // Fields of TensorProto, its shape and the shape's dimensions.
    private static final int DTYPE = 1, SHAPE = 2, CONTENT_BYTES = 4, STRINGS = 8, DIM = 2, SIZE = 1;
    // Enumerations.
    private static final int DT_FLOAT = 1, DT_DOUBLE = 2, DT_STRING = 7, CLASS_SCALAR = 1, CLASS_TENSOR = 2;
    /** TensorFlow's buckets of a histogram. */
    private static final int BUCKETS = 30;

    private static final int MASK = 0xa282ead8;

    private final OutputStream out;

    /** Begins a file with a name that TensorBoard looks for. */
    EventFile(Path folder, int number) throws IOException {
        Files.createDirectories(folder);
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "localhost";
        }
        String name = "events.out.tfevents." + String.format("%010d", System.currentTimeMillis() / 1000) + "." + host
                + "." + ProcessHandle.current().pid() + "." + number + ".v2";
        out = new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)));
        record(event(0).text(FILE_VERSION, "brain.Event:2"));
        out.flush();
    }

    void scalar(String tag, double value, long step) throws IOException {
        Proto tensor = new Proto()
                .number(DTYPE, DT_FLOAT)
                .message(SHAPE, new Proto())
                .bytes(CONTENT_BYTES, little(4).putFloat((float) value).array());
        summary(tag, tensor, "scalars", new byte[0], CLASS_SCALAR, step);
    }

    /** Buckets of equal width from the least to the greatest value: rows (left, right, count). */
    void histogram(String tag, double[] values, long step) throws IOException {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        double min = Arrays.stream(finite).min().orElse(0),
                max = Arrays.stream(finite).max().orElse(0);
        boolean one = min == max;
        int n = finite.length == 0 ? 0 : one ? 1 : BUCKETS;
        double left = one ? min - 0.5 : min, width = one ? 1 : (max - min) / BUCKETS;
        long[] counts = new long[n];
        for (double v : finite) counts[Math.min(n - 1, (int) ((v - left) / width))]++;
        ByteBuffer rows = little(n * 3 * Double.BYTES);
        for (int i = 0; i < n; i++)
            rows.putDouble(left + i * width)
                    .putDouble(i == n - 1 && !one ? max : left + (i + 1) * width)
                    .putDouble(counts[i]);
        Proto shape = new Proto().message(DIM, new Proto().number(SIZE, n)).message(DIM, new Proto().number(SIZE, 3));
        Proto tensor =
                new Proto().number(DTYPE, DT_DOUBLE).message(SHAPE, shape).bytes(CONTENT_BYTES, rows.array());
        summary(tag, tensor, "histograms", new byte[0], CLASS_TENSOR, step);
    }

    /** The model's configuration, which TensorBoard draws as a graph. */
    void kerasModel(String json) throws IOException {
        Proto tensor = new Proto()
                .number(DTYPE, DT_STRING)
                .message(SHAPE, new Proto())
                .bytes(STRINGS, json.getBytes(StandardCharsets.UTF_8));
        summary("keras", tensor, "graph_keras_model", new byte[] {'1'}, 0, 0);
    }

    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void summary(String tag, Proto tensor, String plugin, byte[] content, int dataClass, long step)
            throws IOException {
        Proto pluginData = new Proto().text(PLUGIN_NAME, plugin);
        if (content.length > 0) pluginData.bytes(CONTENT, content);
        Proto metadata = new Proto().message(PLUGIN_DATA, pluginData);
        if (dataClass != 0) metadata.number(DATA_CLASS, dataClass);
        Proto value = new Proto().text(TAG, tag).message(TENSOR, tensor).message(METADATA, metadata);
        record(event(step).message(SUMMARY, new Proto().message(VALUE, value)));
    }

    private static Proto event(long step) {
        Proto p = new Proto().fixed64(WALL_TIME, System.currentTimeMillis() / 1e3);
        return step == 0 ? p : p.number(STEP, step);
    }

    private void record(Proto event) throws IOException {
        byte[] data = event.toByteArray(),
                length = little(8).putLong(data.length).array();
        out.write(length);
        out.write(little(4).putInt(maskedCrc(length)).array());
        out.write(data);
        out.write(little(4).putInt(maskedCrc(data)).array());
    }

    private static int maskedCrc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A protocol buffer in the making. */
    private static final class Proto {
        private static final int VARINT = 0, FIXED64 = 1, LENGTH_DELIMITED = 2;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Proto number(int field, long value) {
            varint(field << 3 | VARINT);
            varint(value);
            return this;
        }

        Proto fixed64(int field, double value) {
            varint(field << 3 | FIXED64);
            bytes.writeBytes(little(8).putDouble(value).array());
            return this;
        }

        Proto bytes(int field, byte[] value) {
            varint(field << 3 | LENGTH_DELIMITED);
            varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Proto text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Proto message(int field, Proto value) {
            return bytes(field, value.toByteArray());
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }

        private void varint(long value) {
            long v = value;
            while ((v & ~0x7fL) != 0) {
                bytes.write((int) (v & 0x7f | 0x80));
                v >>>= 7;
            }
            bytes.write((int) v);
        }
    }
}
