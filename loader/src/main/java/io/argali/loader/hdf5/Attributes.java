package io.argali.loader.hdf5;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.loader.ModelFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The attributes of a group or dataset, in the file's order. Values are read when asked for. */
public final class Attributes {
    private final String where;
    private final Values values;
    private final Map<String, AttributeMessage> byName;
    private final Source source;

    Attributes(String where, Source source, Values values, List<AttributeMessage> messages) {
        this.where = where;
        this.source = source;
        this.values = values;
        this.byName = new LinkedHashMap<>();
        for (AttributeMessage message : messages) {
            byName.putIfAbsent(message.name(), message);
        }
    }

    /** Attributes in the header, and those too many or too large for it. */
    static Attributes read(Hdf5File file, String path, ObjectHeader header) {
        Source source = file.source();
        List<AttributeMessage> found = new ArrayList<>();
        for (Message message : header.all(Message.ATTRIBUTE)) {
            found.add(AttributeMessage.read(source, message));
        }
        Message info = header.find(Message.ATTRIBUTE_INFO);
        if (info != null) {
            found.addAll(DenseStorage.attributes(source, info));
        }
        return new Attributes(file.label() + ": " + path, source, file.values(), found);
    }

    public Set<String> names() {
        return byName.keySet();
    }

    public boolean has(String name) {
        return byName.containsKey(name);
    }

    /** The value, or null if there is none of that name. */
    public @Nullable ArrayData find(String name) {
        AttributeMessage message = byName.get(name);
        return message == null ? null : message.value(source, values);
    }

    /** The value. */
    public ArrayData get(String name) {
        ArrayData value = find(name);
        if (value == null) {
            throw new ModelFormatException(
                    "%s: has no attribute \"%s\"; it has %s".formatted(where, name, byName.keySet()));
        }
        return value;
    }

    /** A single text, whether stored with fixed or variable length, as str or bytes. */
    public String text(String name) {
        ArrayData value = get(name);
        if (value.type() != ElementType.STRING || value.size() != 1) {
            throw new ModelFormatException(
                    "%s: attribute \"%s\" is %s, expected one text".formatted(where, name, value));
        }
        return value.toStrings()[0];
    }

    /** A single text, or null if there is none of that name. */
    public @Nullable String findText(String name) {
        return has(name) ? text(name) : null;
    }

    /** Whether {@link #texts} finds a list of that name, in one piece or several. */
    public boolean hasTexts(String name) {
        return has(name) || has(name + "0");
    }

    /**
     * A list of texts. Keras splits what exceeds HDF5's 64 kB into {@code layer_names0}, {@code layer_names1} … (hdf5_format.py,
     * {@code save_attributes_to_hdf5_group}), and h5py stores an empty list as no float64 at all.
     */
    public List<String> texts(String name) {
        if (has(name)) {
            return piece(name);
        }
        List<String> joined = new ArrayList<>();
        int pieces = 0;
        while (has(name + pieces)) {
            joined.addAll(piece(name + pieces));
            pieces++;
        }
        if (pieces == 0) {
            get(name); // fails, saying what there is
        }
        return joined;
    }

    private List<String> piece(String name) {
        ArrayData value = get(name);
        if (Values.isEmptyList(value)) {
            return List.of();
        }
        if (value.type() != ElementType.STRING) {
            throw new ModelFormatException("%s: attribute \"%s\" is %s, expected texts".formatted(where, name, value));
        }
        return List.of(value.toStrings());
    }
}
