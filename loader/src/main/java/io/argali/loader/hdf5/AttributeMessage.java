package io.argali.loader.hdf5;

import io.argali.loader.ArrayData;
import java.lang.foreign.MemorySegment;

/** An attribute as stored (specification IV.A.2.m): name, datatype, dataspace, data. */
record AttributeMessage(String name, Datatype type, Dataspace space, MemorySegment data) {
    static AttributeMessage read(Source source, Message message) {
        Message found = message.shared()
                ? ObjectHeader.shared(source, Message.ATTRIBUTE, new Cursor(source, message.body()))
                : message;
        return read(source, new Cursor(source, found.body()));
    }

    static AttributeMessage read(Source source, Cursor cursor) {
        int version = cursor.u8();
        if (version < 1 || version > 3) {
            throw source.broken("attribute version " + version);
        }
        int flags = cursor.u8();
        int nameBytes = cursor.u16();
        int typeBytes = cursor.u16();
        int spaceBytes = cursor.u16();
        if (version == 3) {
            cursor.skip(1); // character set
        }
        String name = part(cursor, nameBytes, version).utf8(nameBytes);
        int end = name.indexOf('\0');
        Cursor typeCursor = part(cursor, typeBytes, version);
        // Flags came with version 2; version 1 has a reserved byte in their place.
        Datatype type = version > 1 && (flags & 1) != 0
                ? Datatype.read(source, ObjectHeader.shared(source, Message.DATATYPE, typeCursor))
                : Datatype.read(source, typeCursor, 0);
        Dataspace space = Dataspace.read(source, part(cursor, spaceBytes, version));
        return new AttributeMessage(end < 0 ? name : name.substring(0, end), type, space, cursor.rest());
    }

    /** Version 1 pads each part to eight bytes. */
    private static Cursor part(Cursor cursor, int bytes, int version) {
        Cursor part = cursor.sub(bytes);
        if (version == 1) {
            cursor.skip(Math.min(cursor.remaining(), -bytes & 7));
        }
        return part;
    }

    ArrayData value(Source source, Values values) {
        long bytes = values.byteSize(space, type);
        if (bytes > data.byteSize()) {
            throw source.broken(
                    "attribute \"%s\" declares %d bytes and has %d".formatted(name, bytes, data.byteSize()));
        }
        return values.of(type, values.shape(space, type), data.asSlice(0, bytes));
    }
}
