package io.argali.loader.hdf5;

/** A child of a group: its name and, of a hard link, the address of its header. */
record Link(String name, Kind kind, long address) {
    /** Soft and external links lead to other places and files; they are listed, but not followed. */
    enum Kind {
        HARD,
        SOFT,
        EXTERNAL
    }

    /** A link message (specification IV.A.2.g). */
    static Link read(Source source, Cursor cursor) {
        int version = cursor.u8();
        if (version != 1) {
            throw source.broken("link version " + version);
        }
        int flags = cursor.u8();
        int kind = (flags & 8) != 0 ? cursor.u8() : 0;
        if ((flags & 4) != 0) {
            cursor.skip(8); // creation order
        }
        if ((flags & 0x10) != 0) {
            cursor.skip(1); // character set
        }
        String name = cursor.utf8(cursor.unsigned(1 << (flags & 3)));
        return switch (kind) {
            case 0 -> new Link(name, Kind.HARD, cursor.address());
            case 1 -> new Link(name, Kind.SOFT, Source.UNDEFINED);
            default -> new Link(name, Kind.EXTERNAL, Source.UNDEFINED);
        };
    }
}
