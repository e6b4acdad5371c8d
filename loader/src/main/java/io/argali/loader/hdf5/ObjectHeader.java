package io.argali.loader.hdf5;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one object, version 1 or 2 (specification IV.A.1), with continuation blocks followed. Checksums of version 2 are
 * not verified: whatever a damaged header says is checked when it is used.
 */
final class ObjectHeader {
    private final Source source;
    private final List<Message> messages = new ArrayList<>();
    private final Queue<Cursor> blocks = new ArrayDeque<>();
    private final Set<Long> seen = new HashSet<>();

    private ObjectHeader(Source source) {
        this.source = source;
    }

    static ObjectHeader read(Source source, long address) {
        ObjectHeader header = new ObjectHeader(source);
        Cursor cursor = source.at(address);
        if (cursor.remaining() >= 4 && source.at(address).ascii(4).equals("OHDR")) {
            header.readVersion2(cursor.skip(4));
        } else {
            header.readVersion1(cursor);
        }
        return header;
    }

    /** The first message of a type, its body looked up where it is shared; null if there is none. */
    @Nullable
    Message find(int type) {
        for (Message message : messages) {
            if (message.type() == type) {
                return message.shared() ? resolve(message) : message;
            }
        }
        return null;
    }

    Message require(int type, String what) {
        Message message = find(type);
        if (message == null) {
            throw source.broken("an object without a %s message".formatted(what));
        }
        return message;
    }

    boolean has(int type) {
        for (Message message : messages) {
            if (message.type() == type) {
                return true;
            }
        }
        return false;
    }

    List<Message> all(int type) {
        List<Message> found = new ArrayList<>();
        for (Message message : messages) {
            if (message.type() == type) {
                found.add(message);
            }
        }
        return found;
    }

    private Message resolve(Message message) {
        return new Message(
                message.type(),
                0,
                shared(source, message.type(), new Cursor(source, message.body()))
                        .body());
    }

    /** Follows a reference to a committed datatype, the one kind of sharing that h5py makes. */
    static Message shared(Source source, int type, Cursor reference) {
        int version = reference.u8();
        int kind = reference.u8();
        if (version == 1) {
            reference.skip(6);
        } else if (version == 3 && kind == 1) {
            throw source.broken("messages shared in a table are not supported. Save the file with h5py.");
        }
        long address = reference.address();
        for (Message message : read(source, address).messages) {
            if (message.type() == type && !message.shared()) {
                return message;
            }
        }
        throw source.broken("a shared message that is nowhere");
    }

    private void readVersion1(Cursor cursor) {
        int version = cursor.u8();
        if (version != 1) {
            throw source.broken("expected an object header, found version " + version);
        }
        cursor.skip(1);
        int count = cursor.u16();
        cursor.skip(4); // reference count
        long bytes = cursor.u32();
        blocks.add(cursor.skip(4).sub(bytes));
        while (!blocks.isEmpty()) {
            Cursor block = blocks.remove();
            while (block.remaining() >= 8 && messages.size() < count) {
                int type = block.u16();
                int size = block.u16();
                int flags = block.u8();
                block.skip(3);
                add(new Message(type, flags, block.slice(size)));
            }
        }
    }

    private void readVersion2(Cursor cursor) {
        int version = cursor.u8();
        if (version != 2) {
            throw source.broken("object header version " + version);
        }
        int flags = cursor.u8();
        if ((flags & 0x20) != 0) {
            cursor.skip(16); // times
        }
        if ((flags & 0x10) != 0) {
            cursor.skip(4); // when attributes become dense
        }
        long bytes = cursor.unsigned(1 << (flags & 3));
        boolean ordered = (flags & 4) != 0;
        blocks.add(cursor.sub(bytes));
        while (!blocks.isEmpty()) {
            readBlock2(blocks.remove(), ordered);
        }
    }

    private void readBlock2(Cursor block, boolean ordered) {
        int head = ordered ? 6 : 4;
        while (block.remaining() >= head) { // what is left over is a gap
            int type = block.u8();
            int size = block.u16();
            int flags = block.u8();
            if (ordered) {
                block.skip(2);
            }
            Message message = new Message(type, flags, block.slice(size));
            add(message);
        }
    }

    private void add(Message message) {
        messages.add(message);
        if (message.type() != Message.CONTINUATION) {
            return;
        }
        Cursor cursor = new Cursor(source, message.body());
        long address = cursor.address();
        long length = cursor.length();
        if (!seen.add(address)) {
            throw source.broken("an object header that continues in a circle");
        }
        Cursor block = new Cursor(source, source.slice(address, length));
        if (length >= 8 && source.at(address).ascii(4).equals("OCHK")) {
            block = block.skip(4).sub(length - 8); // signature before, checksum behind
        }
        blocks.add(block);
    }
}
