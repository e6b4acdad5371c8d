package io.argali.loader.hdf5;

import io.argali.loader.ModelFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A group of an HDF5 file: children by name, and attributes. */
public final class Group implements Node {
    private static final int DEEPEST = 100;

    private final Hdf5File file;
    private final String path;
    private final ObjectHeader header;
    private final Map<String, Link> links;
    private final int depth;
    private @Nullable Attributes attributes;

    Group(Hdf5File file, String path, long address, ObjectHeader header, int depth) {
        this.file = file;
        this.path = path;
        this.header = header;
        this.depth = depth;
        if (depth > DEEPEST) {
            throw file.source().broken("groups nested deeper than " + DEEPEST);
        }
        file.enter(path, address);
        this.links = new LinkedHashMap<>();
        for (Link link : readLinks()) {
            if (link.name().isEmpty() || link.name().indexOf('/') >= 0) {
                throw file.source().broken("%s has a child called \"%s\"".formatted(path, link.name()));
            }
            links.putIfAbsent(link.name(), link);
        }
    }

    private List<Link> readLinks() {
        Source source = file.source();
        Message table = header.find(Message.SYMBOL_TABLE);
        if (table != null) {
            return SymbolTable.read(source, table);
        }
        List<Link> found = new ArrayList<>();
        for (Message message : header.all(Message.LINK)) {
            found.add(Link.read(source, new Cursor(source, message.body())));
        }
        Message info = header.find(Message.LINK_INFO);
        if (info != null) {
            found.addAll(DenseStorage.links(source, info));
        }
        return found;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public synchronized Attributes attributes() {
        if (attributes == null) {
            attributes = Attributes.read(file, path, header);
        }
        return attributes;
    }

    /** Names of the children in the file's order, which is alphabetical in what Keras writes: 0, 1, 10, 2. */
    public Set<String> children() {
        return links.keySet();
    }

    /** Names of the children with numbers in the order of their value: 0, 1, 2, 10. */
    public List<String> childrenInNaturalOrder() {
        List<String> names = new ArrayList<>(links.keySet());
        names.sort(NaturalOrder.INSTANCE);
        return names;
    }

    /** Whether there is a child at this path, {@code layers/dense/vars}, say. */
    public boolean has(String childPath) {
        return find(childPath) != null;
    }

    /** The child at this path, or null if there is none. */
    public @Nullable Node find(String childPath) {
        Node node = this;
        for (String name : childPath.split("/", -1)) {
            if (name.isEmpty()) {
                continue;
            }
            if (!(node instanceof Group group) || !group.links.containsKey(name)) {
                return null;
            }
            node = group.child(name);
        }
        return node;
    }

    /** The child at this path: a group, or a dataset. */
    public Node get(String childPath) {
        Node node = find(childPath);
        if (node == null) {
            throw new ModelFormatException(
                    "%s: %s has no \"%s\"; it has %s".formatted(file.label(), path, childPath, links.keySet()));
        }
        return node;
    }

    /** The group at this path. */
    public Group group(String childPath) {
        if (get(childPath) instanceof Group group) {
            return group;
        }
        throw new ModelFormatException(
                "%s: %s in %s is a dataset, expected a group".formatted(file.label(), childPath, path));
    }

    /** The dataset at this path. */
    public Dataset dataset(String childPath) {
        if (get(childPath) instanceof Dataset dataset) {
            return dataset;
        }
        throw new ModelFormatException(
                "%s: %s in %s is a group, expected a dataset".formatted(file.label(), childPath, path));
    }

    private Node child(String name) {
        Link link = links.get(name);
        if (link == null || link.kind() != Link.Kind.HARD) {
            throw file.source()
                    .broken("%s in %s is a soft or external link, which is not followed".formatted(name, path));
        }
        String childPath = path.equals("/") ? "/" + name : path + "/" + name;
        ObjectHeader child = ObjectHeader.read(file.source(), link.address());
        return child.has(Message.LAYOUT) || child.has(Message.DATASPACE)
                ? new Dataset(file, childPath, child)
                : new Group(file, childPath, link.address(), child, depth + 1);
    }

    @Override
    public String toString() {
        return path;
    }
}
