package io.argali.loader.hdf5;

import io.jhdf.filter.FilterManager;
import io.jhdf.object.message.FilterPipelineMessage;
import io.jhdf.object.message.FilterPipelineMessage.FilterInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The filters that chunks went through when written, undone last to first. jhdf does all but two: it inflates without a bound, and
 * leaves the Fletcher checksum unverified in the data.
 */
record Filters(List<FilterInfo> filters) {
    /** A chunk that is not what its filters made; the dataset adds where. */
    static final class BrokenChunk extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenChunk(String message) {
            super(message);
        }

        BrokenChunk(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private static final int DEFLATE = 1;
    private static final int FLETCHER32 = 3;

    /** What checksums may add to a chunk before it is deflated. */
    private static final int SLACK = 64;

    static Filters of(@Nullable Message message) {
        return new Filters(
                message == null
                        ? List.of()
                        : new FilterPipelineMessage(
                                        message.body().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN), new BitSet())
                                .getFilters());
    }

    /** {@code mask} has a bit for each filter that was left out, as happens where deflate did not help. */
    byte[] undo(byte[] stored, @Nullable BitSet mask, long plainBytes) {
        byte[] bytes = stored;
        for (int i = filters.size() - 1; i >= 0; i--) {
            if (mask != null && mask.get(i)) {
                continue;
            }
            FilterInfo filter = filters.get(i);
            bytes = switch (filter.getId()) {
                case DEFLATE -> inflate(bytes, plainBytes);
                case FLETCHER32 -> verified(bytes);
                default -> FilterManager.getPipeline(List.of(filter)).decode(bytes);
            };
        }
        return bytes;
    }

    private static byte[] inflate(byte[] stored, long plainBytes) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(stored);
            byte[] bytes = new byte[Math.toIntExact(plainBytes) + SLACK];
            int length = 0;
            while (!inflater.finished() && length < bytes.length) {
                int step = inflater.inflate(bytes, length, bytes.length - length);
                if (step == 0) {
                    break;
                }
                length += step;
            }
            if (!inflater.finished()) {
                throw new BrokenChunk("a compressed chunk ends early or expands beyond its size");
            }
            return Arrays.copyOf(bytes, length);
        } catch (DataFormatException e) {
            throw new BrokenChunk("a compressed chunk is damaged", e);
        } finally {
            inflater.end();
        }
    }

    /** Takes off the last four bytes, a checksum of those before (H5checksum.c, {@code H5_checksum_fletcher32}). */
    private static byte[] verified(byte[] stored) {
        int length = stored.length - 4;
        if (length < 0) {
            throw new BrokenChunk("a chunk without its checksum");
        }
        long sum1 = 0;
        long sum2 = 0;
        for (int i = 0; i < length; i += 2) {
            int low = i + 1 < length ? stored[i + 1] & 0xff : 0;
            sum1 = (sum1 + ((stored[i] & 0xff) << 8 | low)) % 0xffff;
            sum2 = (sum2 + sum1) % 0xffff;
        }
        ByteBuffer tail = ByteBuffer.wrap(stored, length, 4).order(ByteOrder.LITTLE_ENDIAN);
        int found = tail.getInt();
        // The C library folds in another way: zero may stand as 0xffff.
        if ((found & 0xffff) % 0xffff != sum1 || (found >>> 16) % 0xffff != sum2) {
            throw new BrokenChunk("a chunk does not match its Fletcher checksum");
        }
        return Arrays.copyOf(stored, length);
    }
}
