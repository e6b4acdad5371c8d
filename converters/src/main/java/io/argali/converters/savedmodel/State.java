package io.argali.converters.savedmodel;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** What a graph may read and change beside its inputs. */
interface State {
    /** A variable as it is now. */
    Value read(Item.Handle variable);

    void assign(Item.Handle variable, Item value);

    /** Declares a variable where the graph makes it. */
    void declare(Item.Handle variable, DType dtype, @Nullable Shape shape);

    Table table(Item.Handle table);

    void fill(Item.Handle table, Item keys, Item values);

    /** A whole number that shapes, or what is done, depend on. */
    int numberOf(Value number);

    /** Uniform in [0, 1) or standard normal. */
    Value random(boolean normal, Shape shape);

    /** The path of an asset for a node that holds one; null if it does not. */
    @Nullable
    String asset(String node);
}
