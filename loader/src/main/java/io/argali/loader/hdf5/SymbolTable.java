package io.argali.loader.hdf5;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The children of an old-style group, which is what Keras writes: a version 1 B-tree of names in a local heap (III.A, III.D). */
final class SymbolTable {
    /** An address of a soft link's path instead of a header. */
    private static final long CACHED_SOFT_LINK = 2;

    private final Source source;
    private final long namesAddress;
    private final long namesBytes;
    private final Set<Long> visited = new HashSet<>();
    private final List<Link> links = new ArrayList<>();

    private SymbolTable(Source source, long heap) {
        this.source = source;
        Cursor cursor = source.at(heap).expect("HEAP").skip(4);
        this.namesBytes = cursor.length();
        cursor.length(); // head of the free list
        this.namesAddress = cursor.address();
        source.slice(namesAddress, namesBytes); // fails where it lies outside the file
    }

    static List<Link> read(Source source, Message message) {
        Cursor cursor = new Cursor(source, message.body());
        long tree = cursor.address();
        SymbolTable table = new SymbolTable(source, cursor.address());
        table.readNode(tree, -1);
        return table.links;
    }

    /** A node one level below its parent; levels fall and addresses never repeat, so that a cyclic tree ends. */
    private void readNode(long address, int parentLevel) {
        if (!visited.add(address)) {
            throw source.broken("a group index that runs in a circle");
        }
        Cursor cursor = source.at(address).expect("TREE");
        int type = cursor.u8();
        int level = cursor.u8();
        int entries = cursor.u16();
        if (type != 0 || (parentLevel >= 0 && level != parentLevel - 1)) {
            throw source.broken("a damaged group index");
        }
        cursor.address(); // left neighbour
        cursor.address(); // right neighbour
        for (int i = 0; i < entries; i++) {
            cursor.length(); // key: first name below
            long child = cursor.address();
            if (level > 0) {
                readNode(child, level);
            } else {
                readLeaf(child);
            }
        }
    }

    private void readLeaf(long address) {
        if (!visited.add(address)) {
            throw source.broken("a group index that runs in a circle");
        }
        Cursor cursor = source.at(address).expect("SNOD").skip(2);
        int symbols = cursor.u16();
        for (int i = 0; i < symbols; i++) {
            long name = cursor.length(); // as wide as an offset in every file there is
            long header = cursor.address();
            boolean soft = cursor.u32() == CACHED_SOFT_LINK;
            cursor.skip(4 + 16);
            if (name < 0 || name >= namesBytes) {
                throw source.broken("a child's name lies outside its heap");
            }
            String text = new Cursor(source, source.slice(namesAddress + name, namesBytes - name)).terminated();
            links.add(new Link(text, soft ? Link.Kind.SOFT : Link.Kind.HARD, header));
        }
    }
}
