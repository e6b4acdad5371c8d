package io.argali.loader;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;

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

    /** Text as UTF-8. */
    static Content of(String text) {
        return of(List.of(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8))));
    }
}
