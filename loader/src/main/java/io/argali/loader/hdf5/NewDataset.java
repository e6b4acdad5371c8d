package io.argali.loader.hdf5;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import java.util.Arrays;
import java.util.function.Supplier;

/** A dataset to be written; its values are asked for when their turn comes. */
final class NewDataset extends NewNode {
    final ElementType type;
    final long[] shape;
    final Supplier<ArrayData> data;

    NewDataset(ElementType type, long[] shape, Supplier<ArrayData> data) {
        this.type = type;
        this.shape = shape.clone();
        this.data = data;
    }

    long byteSize() {
        long size = DatatypeWriter.bytes(type);
        for (long dimension : shape) {
            size = Math.multiplyExact(size, dimension);
        }
        return size;
    }

    ArrayData values() {
        ArrayData values = data.get().littleEndian();
        if (values.type() != type || !Arrays.equals(values.shape(), shape)) {
            throw new IllegalStateException("%s%s announced, %s given".formatted(type, Arrays.toString(shape), values));
        }
        return values;
    }
}
