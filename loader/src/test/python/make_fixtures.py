"""Writes the files that the loader's tests read, and beside each what h5py or numpy reads from it.

    python loader/src/test/python/make_fixtures.py        (keras 3.15, h5py 3.14, numpy 2, ml_dtypes)

Everything is tiny: the fuzz tests damage every file here some hundred times.
"""
import io
import json
import os
import pathlib
import shutil
import struct
import warnings
import zipfile

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import h5py
import numpy as np

OUT = pathlib.Path(__file__).parent.parent / "resources" / "fixtures"
NUMBERS = "f2 f4 f8 i1 u1 i2 u2 i4 u4 i8 u8".split()
NAMES = {
    "float16": "FLOAT16", "float32": "FLOAT32", "float64": "FLOAT64", "int8": "INT8", "uint8": "UINT8",
    "int16": "INT16", "uint16": "UINT16", "int32": "INT32", "uint32": "UINT32", "int64": "INT64",
    "uint64": "UINT64", "bool": "BOOL", "complex64": "COMPLEX64", "complex128": "COMPLEX128",
}


def numbers(dtype):
    """Ordinary values, zero, and the extremes."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        info = np.finfo(dtype)
        return np.array([[0, -1.5, 1 / 3], [info.max, info.tiny, info.smallest_subnormal], [np.nan, np.inf, -np.inf]], dtype)
    info = np.iinfo(dtype)
    return np.array([[0, 1, 100], [info.max, info.min, 7]], dtype)


def described(array, bfloat16=False):
    """What Java must find: type, shape, values."""
    array = np.asarray(array)
    shape = list(array.shape)
    if bfloat16:
        import ml_dtypes
        values = np.frombuffer(array.tobytes(), ml_dtypes.bfloat16).astype("f4")
        return {"type": "BFLOAT16", "shape": shape, "values": [float(v) for v in values]}
    if array.dtype.kind in "USO":
        texts = [v.decode() if isinstance(v, bytes) else str(v) for v in array.reshape(-1).tolist()]
        return {"type": "STRING", "shape": shape, "values": texts}
    if array.dtype.kind in "Vc":
        name = NAMES.get(array.dtype.name, "OPAQUE")
        return {"type": name, "shape": shape, "hex": array.tobytes().hex()}
    # float() and int() give each value exactly; Java compares after the same widening.
    return {"type": NAMES[array.dtype.newbyteorder("=").name], "shape": shape, "values": array.reshape(-1).tolist()}


def h5(name, write, **options):
    path = OUT / f"{name}.h5"
    with h5py.File(path, "w", **options) as file:
        write(file)
    found = {}

    def visit(key, node):
        attrs = {}
        for attr in node.attrs:
            value = node.attrs[attr]
            if isinstance(value, h5py.Empty):
                value = np.zeros(0, "f8") if value.dtype.kind != "S" else np.zeros(0, "S1")
            attrs[attr] = described(value)
        entry = {"attributes": attrs}
        if isinstance(node, h5py.Dataset):
            if node.dtype.metadata is None and h5py.check_string_dtype(node.dtype) is None and node.shape is None:
                data = np.zeros(0, node.dtype)
            else:
                data = node[()] if node.shape is not None else np.zeros(0, "S1")
            entry |= described(data, bfloat16=node.attrs.get("dtype") == "bfloat16" or key.startswith("native"))
        found["/" + key] = entry

    with h5py.File(path) as file:
        visit("", file)
        file.visititems(visit)
    found["/"] = found.pop("/", {"attributes": {}})
    (OUT / f"{name}.h5.json").write_text(json.dumps(found))


def dtypes(file):
    for dtype in NUMBERS:
        file[f"little/{dtype}"] = numbers("<" + dtype)
        file[f"big/{dtype}"] = numbers(">" + dtype)
        file[f"scalar/{dtype}"] = numbers(dtype)[0, 1]
        file[f"empty/{dtype}"] = np.zeros((0, 3), dtype)
    file["bool"] = np.array([[True, False], [False, True]])
    file["complex64"] = np.array([1 + 2j, -0.5j], "c8")
    file["complex128"] = np.array([1 + 2j, -0.5j], "c16")
    file["null"] = h5py.Empty("f4")
    file["opaque"] = np.array([b"\x01\x02\x03", b"\x04\x05\x06"], "V3")
    file["array"] = np.zeros(2, [("x", "f4")])  # a compound: opaque to us
    file["text/fixed"] = np.array([b"abc", b"", b"abcdef"], "S6")
    file["text/variable"] = np.array(["é", "", "longer text", "é"], dtype=h5py.string_dtype())
    file["text/scalar"] = "one text"
    file["text/ascii"] = np.array(["plain"], dtype=h5py.string_dtype("ascii", 8))


def bfloat16(file):
    import ml_dtypes
    values = np.array([[1, 2.5, -3], [1e30, 0, np.inf]], ml_dtypes.bfloat16)
    dataset = file.create_dataset("layers/dense/vars/0", data=values.view("V2"))
    dataset.attrs["dtype"] = "bfloat16"
    file["layers/dense/vars/1"] = np.arange(3, dtype="f4")
    chunked = file.create_dataset("chunked", data=values.view("V2"), chunks=(1, 2), compression="gzip")
    chunked.attrs["dtype"] = "bfloat16"
    tid = h5py.h5t.IEEE_F32LE.copy()  # as numpy and C programs describe it: 8 exponent bits, 7 of mantissa
    tid.set_fields(15, 7, 8, 0, 7)
    tid.set_size(2)
    tid.set_ebias(127)
    space = h5py.h5s.create_simple((2, 3))
    native = h5py.h5d.create(file.id, b"native", tid, space)
    native.write(h5py.h5s.ALL, h5py.h5s.ALL, values.view("u2").copy(), mtype=tid)


def bfloat16_expected():
    """h5py converts the native bfloat16 wrongly on some versions, so the bits come from the opaque twin."""
    path = OUT / "bfloat16.h5.json"
    found = json.loads(path.read_text())
    found["/native"] = {k: found["/layers/dense/vars/0"][k] for k in ("type", "shape", "values")} | {"attributes": {}}
    path.write_text(json.dumps(found))


def layouts(file):
    data = np.arange(7 * 5 * 3, dtype="f4").reshape(7, 5, 3)
    file.create_dataset("contiguous", data=data)
    file.create_dataset("chunked", data=data, chunks=(3, 2, 2))
    file.create_dataset("gzip", data=data, chunks=(3, 2, 2), compression="gzip")
    file.create_dataset("shuffle", data=data, chunks=(3, 2, 2), compression="gzip", shuffle=True)
    file.create_dataset("lzf", data=np.zeros((64, 64), "f4") + 1, chunks=(16, 64), compression="lzf")
    file.create_dataset("fletcher", data=data, chunks=(3, 2, 2), fletcher32=True)
    file.create_dataset("all", data=data, chunks=(4, 5, 3), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("one_chunk", data=data, chunks=data.shape, compression="gzip")
    file.create_dataset("resizable", data=data, chunks=(3, 2, 2), maxshape=(None, 5, None))
    file.create_dataset("resizable1", data=np.arange(100), chunks=(9,), maxshape=(None,))
    file.create_dataset("big_endian", data=data.astype(">f4"), chunks=(3, 2, 2), compression="gzip")
    file.create_dataset("text", data=[b"ab", b"cde"], chunks=(1,), compression="gzip")
    file.create_dataset("variable", data=["ab", "cde"], dtype=h5py.string_dtype(), chunks=(1,))
    partly = file.create_dataset("fill", (6, 6), "f4", chunks=(2, 2), fillvalue=7.5)
    partly[2:4, 2:4] = 1
    file.create_dataset("never_written", (3, 2), "i4")
    file.create_dataset("never_written_fill", (3, 2), "i4", fillvalue=-3)
    shrunk = file.create_dataset("shrunk", data=np.arange(20), chunks=(4,), maxshape=(None,))
    shrunk.resize((6,))
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((4,))
    compact = h5py.h5d.create(file.id, b"compact", h5py.h5t.NATIVE_FLOAT, space, plist)
    compact.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(4, dtype="f4"))
    # A chunk that deflate could not shrink is stored as it is, with its filter masked.
    masked = file.create_dataset("masked", (2, 8), "u1", chunks=(1, 8), compression="gzip")
    masked.id.write_direct_chunk((0, 0), bytes(range(8)), filter_mask=1)
    masked[1] = 9


def attributes(file):
    group = file.create_group("model_weights")
    group.attrs["backend"] = "tensorflow"
    group.attrs["keras_version"] = np.bytes_("2.15.0")
    group.attrs["empty"] = []
    group.attrs["null"] = h5py.Empty("f4")
    group.attrs["weight_names"] = np.array([b"dense/kernel:0", b"dense/bias:0"])
    group.attrs["variable"] = ["a", "bé", ""]
    group.attrs["number"] = np.int64(3)
    group.attrs["floats"] = np.arange(6, dtype="f4").reshape(2, 3)
    group.attrs["bool"] = True
    group.attrs["layer_names0"] = np.array([b"a", b"b"])
    group.attrs["layer_names1"] = np.array([b"c"])
    group.attrs["model_config"] = json.dumps({"key": "x" * 600})
    file["committed"] = np.dtype("<i2")
    file.create_dataset("typed", data=np.arange(3), dtype=file["committed"])
    group.attrs.create("typed", np.arange(3), dtype=file["committed"])
    del file["committed"]  # the datasets keep it


def groups(file):
    for i in range(13):
        file[f"layers/dense/vars/{i}"] = np.float32(i)
    file.create_group("layers/dropout/vars")
    file["a_dataset_twice"] = file["layers/dense/vars/0"]


def latest(file):
    data = np.arange(60, dtype="f4").reshape(10, 6)
    file.create_dataset("contiguous", data=data)
    file.create_dataset("fixed_array", data=data, chunks=(3, 4))
    file.create_dataset("fixed_array_gzip", data=data, chunks=(3, 4), compression="gzip")
    file.create_dataset("single", data=data, chunks=(10, 6))
    file.create_dataset("single_gzip", data=data, chunks=(10, 6), compression="gzip")
    file.create_dataset("extensible", data=data, chunks=(1, 6), maxshape=(None, 6))
    file.create_dataset("extensible_gzip", data=data, chunks=(1, 6), maxshape=(None, 6), compression="gzip")
    file.create_dataset("tree", data=data, chunks=(3, 4), maxshape=(None, None))
    file.create_dataset("tree_gzip", data=data, chunks=(3, 4), maxshape=(None, None), compression="gzip")
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4, 6))
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple((10, 6))
    implicit = h5py.h5d.create(file.id, b"implicit", h5py.h5t.NATIVE_FLOAT, space, plist)
    implicit.write(h5py.h5s.ALL, h5py.h5s.ALL, data)
    for i in range(12):
        file[f"dense/{i}"] = np.float32(i)
        file["dense"].attrs[f"attribute{i}"] = i
    file["ordered/b"] = 1.0


def keras_files():
    import keras
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,), name="x"), keras.layers.Dense(2, name="hidden"), keras.layers.BatchNormalization()])
    model.compile("adam", "mse")
    model.fit(np.ones((2, 3)), np.ones((2, 2)), verbose=0)
    model.save(OUT / "keras3.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(OUT / "keras3_legacy.h5")
    half = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, dtype="bfloat16")])
    half.save(OUT / "bfloat16.keras")
    for source, member in (("keras3.keras", True), ("bfloat16.keras", True), ("keras3_legacy.h5", False)):
        path = OUT / source
        file = h5py.File(io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5"))) if member else h5py.File(path)
        found = {}

        def visit(key, node):
            entry = {"attributes": {a: described(node.attrs[a]) for a in node.attrs}}
            if isinstance(node, h5py.Dataset):
                entry |= described(node[()], bfloat16=node.attrs.get("dtype") == "bfloat16")
            found["/" + key] = entry

        visit("", file)
        file.visititems(visit)
        (OUT / (source + ".json")).write_text(json.dumps(found))


def hostile_h5():
    with h5py.File(OUT / "hostile_cycle.h5", "w") as file:
        file["a/b"] = 1.0
        file["a/back"] = file["/"]
    with h5py.File(OUT / "hostile_doubling.h5", "w") as file:
        file.create_group("g0")
        for i in range(1, 30):
            group = file.create_group(f"g{i}")
            group["x"] = file[f"g{i - 1}"]
            group["y"] = file[f"g{i - 1}"]
    with h5py.File(OUT / "hostile_bomb.h5", "w") as file:
        file.create_dataset("x", (1 << 38,), "f4", chunks=(1 << 20,), compression="gzip")
    with h5py.File(OUT / "hostile_unwritten.h5", "w") as file:
        file.create_dataset("x", (1 << 38,), "f4")
    with h5py.File(OUT / "hostile_external.h5", "w") as file:
        file.create_dataset("x", (4,), "f4", external=[("/etc/passwd", 0, 16)])
    with h5py.File(OUT / "hostile_virtual.h5", "w") as file:
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource("elsewhere.h5", "x", (4,))
        file.create_virtual_dataset("x", layout)
    with h5py.File(OUT / "hostile_soft_link.h5", "w") as file:
        file["y"] = 1.0
        file["x"] = h5py.SoftLink("/y")
    with h5py.File(OUT / "hostile_external_link.h5", "w", libver="latest") as file:
        file["x"] = h5py.ExternalLink("elsewhere.h5", "/x")
    with h5py.File(OUT / "hostile_checksum.h5", "w") as file:
        dataset = file.create_dataset("x", data=np.arange(8, dtype="f4"), chunks=(8,), fletcher32=True)
        at = dataset.id.get_chunk_info(0).byte_offset + 5
    raw = bytearray((OUT / "hostile_checksum.h5").read_bytes())
    raw[at] ^= 1
    (OUT / "hostile_checksum.h5").write_bytes(raw)
    with h5py.File(OUT / "hostile_declared.h5", "w") as file:
        file["x"] = np.arange(16, dtype="f4")
    raw = bytearray((OUT / "hostile_declared.h5").read_bytes())
    at = raw.index(struct.pack("<BBBBIQ", 1, 1, 1, 0, 0, 16))  # dataspace, version 1, rank 1: now 2^40 elements
    raw[at + 8:at + 16] = struct.pack("<Q", 1 << 40)
    (OUT / "hostile_declared.h5").write_bytes(raw)


def npy_files():
    expected = {}

    def save(name, array, **options):
        np.save(OUT / f"{name}.npy", array, **options)
        expected[name] = described(np.load(OUT / f"{name}.npy"))

    for dtype in NUMBERS:
        save(f"little_{dtype}", numbers("<" + dtype))
        save(f"big_{dtype}", numbers(">" + dtype))
    save("bool", np.array([True, False]))
    save("complex64", np.array([1 + 2j]).astype("c8"))
    save("fortran", np.asfortranarray(np.arange(24, dtype="f4").reshape(2, 3, 4)))
    save("fortran_text", np.asfortranarray(np.array([["a", "b"], ["cc", "d"]])))
    save("scalar", np.float32(3))
    save("empty", np.zeros((0, 3), "f4"))
    save("text", np.array([["a", "é𝄞"], ["", "longer"]]))
    save("text_big", np.array(["a", "é𝄞"], dtype=">U3"))
    save("bytes", np.array([b"a", b"bc", b""]))
    save("raw", np.array([b"\x80\x3f", b"\x00\x40"], "V2"))
    with open(OUT / "version2.npy", "wb") as file:
        np.lib.format.write_array(file, np.arange(3.0), version=(2, 0))
    expected["version2"] = described(np.arange(3.0))
    (OUT / "npy.json").write_text(json.dumps(expected))
    np.save(OUT / "hostile_object.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.save(OUT / "hostile_structured.npy", np.zeros(2, [("x", "f4")]))
    arrays = {"x": np.arange(6, dtype="f4").reshape(2, 3), "y/z": np.array(["a", "b"])}
    np.savez(OUT / "stored.npz", **arrays)
    np.savez_compressed(OUT / "compressed.npz", **arrays)


class Unseekable(io.RawIOBase):
    """Makes zipfile write data descriptors."""

    def __init__(self, file):
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


def zips():
    def archive(name, members, method=zipfile.ZIP_STORED, comment=b"", prefix=b"", **options):
        with open(OUT / name, "wb") as file:
            file.write(prefix)
            with zipfile.ZipFile(file, "a" if prefix else "w", method) as zip_file:
                for member, content in members:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        with zip_file.open(zipfile.ZipInfo(member), "w", **options) if options else io.BytesIO() as out:
                            if options:
                                out.write(content)
                        if not options:
                            zip_file.writestr(zipfile.ZipInfo(member), content, method)
                zip_file.comment = comment

    text = [("config.json", b"{}"), ("assets/a.txt", b"hello " * 50), ("empty", b"")]
    archive("plain.zip", text)
    archive("deflated.zip", text, zipfile.ZIP_DEFLATED)
    archive("comment.zip", text, comment=b"a comment " * 100)
    archive("prefix.zip", text, prefix=b"#!/bin/sh\nexit\n")
    archive("zip64.zip", text, force_zip64=True)
    limit, zipfile.ZIP64_LIMIT = zipfile.ZIP64_LIMIT, 100
    archive("zip64_directory.zip", text)  # as of archives above 2 GiB, whose shorter numbers would do up to 4 GiB
    zipfile.ZIP64_LIMIT = limit
    with open(OUT / "descriptor.zip", "wb") as file:
        with zipfile.ZipFile(Unseekable(file), "w", zipfile.ZIP_DEFLATED) as zip_file:
            for member, content in text:
                zip_file.writestr(member, content)
    archive("hostile_parent.zip", [("assets/../../x", b"1")])
    archive("hostile_absolute.zip", [("/etc/x", b"1")])
    archive("hostile_backslash.zip", [("a\\b", b"1")])
    archive("hostile_drive.zip", [("C:x", b"1")])
    archive("hostile_twice.zip", [("x", b"1"), ("x", b"2")])
    archive("hostile_method.zip", [("x", b"1" * 100)], zipfile.ZIP_BZIP2)
    archive("hostile_bomb.zip", [("x", bytes(65 << 20))], zipfile.ZIP_DEFLATED)
    plain = bytearray((OUT / "plain.zip").read_bytes())

    def patched(name, at, data):
        raw = bytearray(plain)
        raw[at:at + len(data)] = data
        (OUT / name).write_bytes(raw)

    central = plain.index(b"PK\x01\x02")
    second = plain.index(b"PK\x01\x02", central + 1)
    patched("hostile_encrypted.zip", central + 8, b"\x01")
    patched("hostile_checksum.zip", plain.index(b"hello"), b"jello")
    patched("hostile_outside.zip", second + 42, struct.pack("<I", 1 << 30))
    overlap = bytearray(plain)
    overlap[central + 42:central + 46] = overlap[second + 42:second + 46]
    overlap[central + 20:central + 28] = overlap[second + 20:second + 28]
    (OUT / "hostile_names.zip").write_bytes(overlap)  # one local header for two entries
    lie = bytearray((OUT / "deflated.zip").read_bytes())
    at = lie.index(b"PK\x01\x02", lie.index(b"PK\x01\x02") + 1)
    lie[at + 24:at + 28] = struct.pack("<I", 10)
    (OUT / "hostile_size.zip").write_bytes(lie)


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    h5("dtypes", dtypes)
    h5("bfloat16", bfloat16)
    bfloat16_expected()
    h5("layouts", layouts)
    h5("attributes", attributes)
    h5("attributes_latest", attributes, libver="latest")
    h5("groups", groups)
    h5("user_block", groups, userblock_size=512)
    h5("latest", latest, libver="latest")
    h5("tracked", groups, libver="latest", track_order=True)
    hostile_h5()
    npy_files()
    zips()
    keras_files()
    print(sum(f.stat().st_size for f in OUT.iterdir()), "bytes in", len(list(OUT.iterdir())), "files")


if __name__ == "__main__":
    main()
