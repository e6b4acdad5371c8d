package io.argali.converters.savedmodel;

import com.google.protobuf.ByteString;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.AttrValue;
import io.argali.loader.protobuf.DataType;
import io.argali.loader.protobuf.NodeDef;
import io.argali.loader.protobuf.TensorShapeProto;
import io.argali.loader.tensorbundle.ElementTypes;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One node with its inputs, as an operation's row in the table sees it. */
record Call(NodeDef node, List<Item> inputs, Tracer tracer, String path) {
    /** The same node with other inputs. */
    Call with(List<Item> others) {
        return new Call(node, others, tracer, path);
    }

    Item item(int i) {
        if (i >= inputs.size()) throw new ModelFormatException("has " + inputs.size() + " inputs, expected more");
        return inputs.get(i);
    }

    Value value(int i) {
        if (item(i) instanceof Item.Dense d) return d.value();
        if (item(i) instanceof Item.Handle h && h.kind() == Item.Handle.Kind.REFERENCE)
            return tracer.state().read(h);
        throw new ModelFormatException("input " + i + " is no tensor");
    }

    int count() {
        return inputs.size();
    }

    /** The inputs [from, to) as tensors. */
    List<Value> values(int from, int to) {
        List<Value> r = new ArrayList<>();
        for (int i = from; i < to; i++) r.add(value(i));
        return r;
    }

    Item.Handle handle(int i) {
        if (item(i) instanceof Item.Handle h) return h;
        throw new ModelFormatException("input " + i + " is no resource");
    }

    // Numbers that shapes depend on

    /** An input that is known without running the model; null if it depends on what the model is given. */
    @Nullable
    Tensor constant(int i) {
        return tracer.constants().find(value(i));
    }

    /** An input that must be known. */
    Tensor known(int i) {
        Tensor t = constant(i);
        if (t == null) throw new ShapeException("its input " + i + " depends on the data, which is not supported");
        return t;
    }

    /** Whole numbers that the shape of the result depends on. */
    int[] ints(int i) {
        return tracer.ints(value(i));
    }

    int scalar(int i) {
        int[] n = ints(i);
        if (n.length != 1)
            throw new ShapeException("its input " + i + " should be one number, it is " + value(i).type());
        return n[0];
    }

    int[] axes(int i, int rank) {
        return Arrays.stream(ints(i)).map(a -> a < 0 ? a + rank : a).toArray();
    }

    // Attributes

    private @Nullable AttrValue attr(String name) {
        AttrValue a = node.getAttrMap().get(name);
        if (a != null && a.getValueCase() == AttrValue.ValueCase.PLACEHOLDER)
            throw new ShapeException("its attribute " + name + " is left open");
        return a;
    }

    boolean flag(String name) {
        AttrValue a = attr(name);
        return a != null && a.getB();
    }

    boolean flag(String name, boolean otherwise) {
        AttrValue a = attr(name);
        return a == null ? otherwise : a.getB();
    }

    int integer(String name, int otherwise) {
        AttrValue a = attr(name);
        return a == null ? otherwise : Math.toIntExact(a.getI());
    }

    long longInteger(String name, long otherwise) {
        AttrValue a = attr(name);
        return a == null ? otherwise : a.getI();
    }

    float number(String name, float otherwise) {
        AttrValue a = attr(name);
        return a == null ? otherwise : a.getF();
    }

    String text(String name, String otherwise) {
        AttrValue a = attr(name);
        return a == null ? otherwise : a.getS().toStringUtf8();
    }

    List<Integer> integers(String name) {
        AttrValue a = attr(name);
        if (a == null) return List.of();
        return a.getList().getIList().stream().map(Math::toIntExact).toList();
    }

    /** How many types an attribute lists. */
    int types(String name) {
        AttrValue a = attr(name);
        return a == null ? 0 : a.getList().getTypeCount();
    }

    List<DType> typeList(String name) {
        AttrValue a = attr(name);
        if (a == null) return List.of();
        return a.getList().getTypeList().stream().map(Call::dtype).toList();
    }

    /** Shapes with -1 for unknown lengths. */
    List<Shape> shapes(String name) {
        AttrValue a = attr(name);
        if (a == null) return List.of();
        List<Shape> r = new ArrayList<>();
        for (TensorShapeProto p : a.getList().getShapeList()) {
            Shape s = shape(p);
            if (s == null) throw new ShapeException("a shape of unknown rank is not supported");
            r.add(s);
        }
        return r;
    }

    List<String> texts(String name) {
        AttrValue a = attr(name);
        if (a == null) return List.of();
        return a.getList().getSList().stream().map(ByteString::toStringUtf8).toList();
    }

    DType type(String name) {
        AttrValue a = attr(name);
        if (a == null) throw new ModelFormatException("has no attribute " + name);
        return dtype(a.getType());
    }

    DType type(String name, DType otherwise) {
        return attr(name) == null ? otherwise : type(name);
    }

    String function(String name) {
        AttrValue a = attr(name);
        if (a == null || !a.hasFunc()) throw new ModelFormatException("names no function " + name);
        return a.getFunc().getName();
    }

    List<String> functions(String name) {
        AttrValue a = attr(name);
        if (a == null) throw new ModelFormatException("names no functions " + name);
        return a.getList().getFuncList().stream().map(f -> f.getName()).toList();
    }

    Tensor tensor(String name) {
        AttrValue a = attr(name);
        if (a == null || !a.hasTensor()) throw new ModelFormatException("has no attribute " + name);
        return Constants.of(a.getTensor());
    }

    /** A shape with -1 for unknown lengths; null if not even the rank is known. */
    @Nullable
    Shape shape(String name) {
        AttrValue a = attr(name);
        return a == null ? null : shape(a.getShape());
    }

    static @Nullable Shape shape(TensorShapeProto s) {
        if (s.getUnknownRank()) return null;
        return Shape.of(s.getDimList().stream()
                .mapToInt(d -> {
                    if (d.getSize() < -1 || d.getSize() > Integer.MAX_VALUE)
                        throw new ModelFormatException("an axis of length " + d.getSize() + " makes no sense");
                    return (int) d.getSize();
                })
                .toArray());
    }

    static DType dtype(DataType t) {
        ElementType e = ElementTypes.of(t);
        if (e == null || e == ElementType.COMPLEX64 || e == ElementType.COMPLEX128)
            throw new ShapeException("the type " + t + " is not supported");
        return DType.valueOf(e.name());
    }

    static Tensor tensor(String where, ArrayData data) {
        return Tensors.of(where, data);
    }
}
