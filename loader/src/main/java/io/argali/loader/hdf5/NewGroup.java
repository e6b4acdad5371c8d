package io.argali.loader.hdf5;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A group to be written: children, made by their paths, and attributes. */
public final class NewGroup extends NewNode {
    /** What HDF5 1.8 leaves for an attribute in an object's header, less what Keras leaves to it. */
    private static final int LONGEST_ATTRIBUTE = 64512;

    final Map<String, NewNode> children = new LinkedHashMap<>();

    NewGroup() {}

    /** The group at a path, made where it is not there yet. */
    public NewGroup group(String path) {
        NewGroup group = this;
        for (String name : path.split("/", -1)) {
            if (name.isEmpty()) {
                continue;
            }
            NewNode child = group.children.computeIfAbsent(name, n -> new NewGroup());
            if (!(child instanceof NewGroup inner)) {
                throw new IllegalArgumentException(path + " is a dataset already");
            }
            group = inner;
        }
        return group;
    }

    /** Adds a dataset at a path. */
    public void dataset(String path, ArrayData data) {
        dataset(path, data.type(), data.shape(), () -> data);
    }

    /** Adds a dataset at a path; its values are asked for once, when they are written. */
    public void dataset(String path, ElementType type, long[] shape, Supplier<ArrayData> data) {
        int slash = path.lastIndexOf('/');
        NewGroup parent = slash < 0 ? this : group(path.substring(0, slash));
        NewDataset dataset = new NewDataset(type, shape, data);
        if (type == ElementType.BFLOAT16) {
            // HDF5 has no such type: two opaque bytes and a word (saving_lib.py, H5IOStore.__setitem__).
            dataset.attributes.add(
                    new NewAttribute("dtype", ArrayData.ofStrings(new String[] {"bfloat16"}), TextType.UTF8));
        }
        if (parent.children.putIfAbsent(path.substring(slash + 1), dataset) != null) {
            throw new IllegalArgumentException("two datasets called " + path);
        }
    }

    /** Adds an attribute: a scalar, or an array of any shape. */
    public void attribute(String name, ArrayData value, TextType text) {
        attributes.add(new NewAttribute(name, value, text));
    }

    /** Adds a text of any length. */
    public void attribute(String name, String value, TextType text) {
        attribute(name, ArrayData.ofStrings(new String[] {value}), text);
    }

    /**
     * Adds a list of texts as Keras' {@code save_attributes_to_hdf5_group} does: a long one in pieces of fixed-length texts, {@code name0},
     * {@code name1} …; an empty one as no float64 at all.
     */
    public void attribute(String name, List<String> values) {
        if (values.isEmpty()) {
            attribute(name, ArrayData.ofDoubles(new double[0], 0), TextType.ASCII);
            return;
        }
        int longest = values.stream()
                .mapToInt(v -> DatatypeWriter.utf8(v).length)
                .max()
                .getAsInt();
        int pieces = 1;
        while (perPiece(values.size(), pieces) * (long) longest > LONGEST_ATTRIBUTE && pieces < values.size()) {
            pieces++;
        }
        if (pieces == 1) {
            attribute(name, strings(values), TextType.ASCII);
            return;
        }
        // numpy's array_split: the first few are one longer.
        int from = 0;
        for (int i = 0; i < pieces; i++) {
            int to = from + values.size() / pieces + (i < values.size() % pieces ? 1 : 0);
            attributes.add(new NewAttribute(name + i, strings(values.subList(from, to)), TextType.FIXED));
            from = to;
        }
    }

    private static int perPiece(int size, int pieces) {
        return (size + pieces - 1) / pieces;
    }

    private static ArrayData strings(List<String> values) {
        return ArrayData.ofStrings(values.toArray(String[]::new), values.size());
    }
}
