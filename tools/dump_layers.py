"""Writes what each layer of a Keras 3 model gives, for argali verify --layers.  dump_layers.py MODEL INPUT.npz DUMP.npz"""
import sys
import keras
import numpy as np

model = keras.models.load_model(sys.argv[1], compile=False)
inside, calls, outputs, call = [], {}, {}, keras.Operation.__call__

def recorded(layer, *args, **kwargs):
    inside.append(layer)
    result = call(layer, *args, **kwargs)
    inside.pop()
    if inside and all(isinstance(m, keras.Model) for m in inside):
        name = "/".join(m.name for m in [*inside[1:], layer])
        n = calls[name] = calls.get(name, -1) + 1
        for i, y in enumerate(keras.tree.flatten(result)):
            outputs[name + (f"#{n}" if n else "") + (f":{i}" if i else "")] = keras.ops.convert_to_numpy(y)
    return result

given = np.load(sys.argv[2])
functional = getattr(model, "_functional", None) or model
names = [t.name for t in functional.inputs]
arrays = [given[n] for n in names] if set(names) <= set(given) else list(given.values())
keras.Operation.__call__ = recorded
model(keras.tree.pack_sequence_as(functional._inputs_struct, [keras.ops.convert_to_tensor(x) for x in arrays]), training=False)
np.savez(sys.argv[3], **outputs)
