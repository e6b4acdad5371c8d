package io.argali.loader.bytes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.loader.FileBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LittleEndianTest {
    @TempDir
    Path folder;

    /** A buffer shows a gibibyte at a time; the file is sparse, so that it takes no room. */
    @Test
    void readsAnywhereInALargeFile() throws IOException {
        Path file = folder.resolve("sparse");
        long[] places = {0, (1L << 30) - 4, 5L << 28, 3_000_000_000L, 17};
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE))) {
            for (long at : places) {
                ByteBuffer number =
                        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, at + 1);
                channel.write(number, at);
            }
        }
        LittleEndian numbers = new LittleEndian(FileBytes.map(file));
        for (long at : places) {
            assertEquals(at + 1, numbers.i64(at));
            assertEquals((int) (at + 1), numbers.i32(at));
            assertEquals((at + 1) & 0xffff, numbers.u16(at));
            assertEquals((at + 1) & 0xff, numbers.u8(at));
        }
    }
}
