package io.argali.loader.hdf5;

import io.jhdf.ObjectHeader;
import io.jhdf.object.message.Message;
import io.jhdf.storage.HdfBackingStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What jhdf needs to know of a dataset to find its chunks. The datatype is replaced by plain bytes of the same size: jhdf then
 * only moves bytes, and what it gets wrong about types (opaque without a tag, bfloat16) cannot matter.
 */
final class JhdfHeader extends ObjectHeader {
    private JhdfHeader() {
        super(0);
    }

    static JhdfHeader of(
            HdfBackingStorage storage,
            io.argali.loader.hdf5.ObjectHeader header,
            io.argali.loader.hdf5.Message layout,
            int elementBytes) {
        JhdfHeader result = new JhdfHeader();
        var space = header.require(io.argali.loader.hdf5.Message.DATASPACE, "dataspace");
        result.add(
                storage, io.argali.loader.hdf5.Message.DATASPACE, space.body().asByteBuffer());
        result.add(storage, io.argali.loader.hdf5.Message.DATATYPE, plainBytes(elementBytes));
        result.add(storage, io.argali.loader.hdf5.Message.LAYOUT, layout.body().asByteBuffer());
        var filters = header.find(io.argali.loader.hdf5.Message.FILTERS);
        if (filters != null) {
            result.add(
                    storage,
                    io.argali.loader.hdf5.Message.FILTERS,
                    filters.body().asByteBuffer());
        }
        return result;
    }

    /** Fixed-length text, the one datatype that is no more than a size. */
    private static ByteBuffer plainBytes(int elementBytes) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x13)
                .putInt(elementBytes)
                .flip();
    }

    /** By way of the version 2 encoding, since jhdf's messages have no public constructors. */
    private void add(HdfBackingStorage storage, int type, ByteBuffer body) {
        ByteBuffer message = ByteBuffer.allocate(4 + body.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        message.put((byte) type)
                .putShort((short) body.remaining())
                .put((byte) 0)
                .put(body)
                .flip();
        messages.add(Message.readObjectHeaderV2Message(message, storage, false));
    }

    <T extends Message> @Nullable T getMessageOfTypeOrNull(Class<T> type) {
        return hasMessageOfType(type) ? getMessageOfType(type) : null;
    }

    @Override
    public int getVersion() {
        return 2;
    }

    @Override
    public boolean isAttributeCreationOrderTracked() {
        return false;
    }

    @Override
    public boolean isAttributeCreationOrderIndexed() {
        return false;
    }
}
