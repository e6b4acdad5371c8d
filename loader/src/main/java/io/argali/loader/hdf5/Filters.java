package io.argali.loader.hdf5;

import io.argali.loader.ModelFormatException;
import io.jhdf.filter.FilterManager;
import io.jhdf.object.message.FilterPipelineMessage;
import io.jhdf.object.message.FilterPipelineMessage.FilterInfo;
import java.util.BitSet;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** The filters that chunks went through when written, undone last to first. All by jhdf but deflate, which it does without a bound. */
record Filters(List<FilterInfo> filters) {
    private static final int DEFLATE = 1;

    /** What a checksum and the like may add to a chunk. */
    private static final int SLACK = 64;

    static Filters of(@Nullable FilterPipelineMessage message) {
        return new Filters(message == null ? List.of() : message.getFilters());
    }

    /** {@code mask} has a bit for each filter that was left out, as happens where deflate did not help. */
    byte[] undo(byte[] stored, @Nullable BitSet mask, long plainBytes) {
        byte[] bytes = stored;
        for (int i = filters.size() - 1; i >= 0; i--) {
            if (mask != null && mask.get(i)) {
                continue;
            }
            FilterInfo filter = filters.get(i);
            bytes = filter.getId() == DEFLATE
                    ? inflate(bytes, plainBytes)
                    : FilterManager.getPipeline(List.of(filter)).decode(bytes);
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
                throw new ModelFormatException(
                        "broken HDF5 file: a compressed chunk ends early or expands beyond its size");
            }
            return java.util.Arrays.copyOf(bytes, length);
        } catch (DataFormatException e) {
            throw new ModelFormatException("broken HDF5 file: a compressed chunk is damaged", e);
        } finally {
            inflater.end();
        }
    }
}
