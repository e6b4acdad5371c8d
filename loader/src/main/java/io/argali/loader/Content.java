package io.argali.loader;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/**
 * Bytes to be written whose number is known before they are made, so that a file can hold them behind a header with their size
 * while they never stand in memory as a whole.
 */
public interface Content {
    /** Where bytes go. */
    @FunctionalInterface
    interface Sink {
        void write(MemorySegment bytes) throws IOException;
    }

    long size();

    /** Writes exactly {@link #size} bytes, the same ones every time. */
    void writeTo(Sink sink) throws IOException;

    static Content of(byte[] bytes) {
        return of(List.of(MemorySegment.ofArray(bytes)));
    }

    static Content of(List<MemorySegment> parts) {
        return new Content() {
            @Override
            public long size() {
                return parts.stream().mapToLong(MemorySegment::byteSize).sum();
            }

            @Override
            public void writeTo(Sink sink) throws IOException {
                for (MemorySegment part : parts) {
                    sink.write(part);
                }
            }
        };
    }

    /** Bytes that are made each time they are written. */
    static Content made(long size, Supplier<MemorySegment> bytes) {
        return new Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public void writeTo(Sink sink) throws IOException {
                sink.write(bytes.get());
            }
        };
    }

    /** One after the other. */
    static Content joined(List<Content> parts) {
        return new Content() {
            @Override
            public long size() {
                return parts.stream().mapToLong(Content::size).sum();
            }

            @Override
            public void writeTo(Sink sink) throws IOException {
                for (Content part : parts) {
                    part.writeTo(sink);
                }
            }
        };
    }

    /** Text as UTF-8. */
    static Content of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }
}
