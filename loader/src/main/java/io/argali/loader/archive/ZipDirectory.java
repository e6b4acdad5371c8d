package io.argali.loader.archive;

import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import io.argali.loader.bytes.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the central directory at the end of a zip file (PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5). {@code java.util.zip} does
 * not tell where in the file a member lies, which zero-copy reading needs. Everything hostile is refused here, before a byte of a
 * member is used.
 */
final class ZipDirectory {
    private static final int LOCAL_HEADER = 0x04034b50;
    private static final int CENTRAL_HEADER = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END_BYTES = 22;
    private static final int END64_LOCATOR_BYTES = 20;
    private static final int END64_BYTES = 56;
    private static final int LONGEST_COMMENT = 0xffff;

    /** Deflate cannot do better than 1032:1, so a declared size beyond that is a lie. */
    private static final long BEST_DEFLATE = 1032;

    /** Weights hardly compress, text does well: past this size and ratio it is a bomb. */
    private static final long BOMB_BYTES = 64L << 20;

    private static final long BOMB_RATIO = 100;

    private final String label;
    private final MemorySegment file;
    private final LittleEndian numbers;

    ZipDirectory(String label, MemorySegment file) {
        this.label = label;
        this.file = file;
        this.numbers = new LittleEndian(file);
    }

    Map<String, ZipEntryRecord> read() {
        long end = findEnd();
        long count = u16(end + 10);
        long bytes = u32(end + 12);
        long offset = u32(end + 16);
        long directoryEnd = end;
        // Whether or not the short numbers would do: Python writes both from 2 GiB on.
        long locator = end - END64_LOCATOR_BYTES;
        if (locator >= 0 && i32(locator) == END64_LOCATOR) {
            directoryEnd = findEnd64(locator);
            count = i64(directoryEnd + 32);
            bytes = i64(directoryEnd + 40);
            offset = i64(directoryEnd + 48);
        }
        long directory = directoryEnd - bytes;
        if (bytes < 0 || directory < 0 || offset < 0 || offset > directory) {
            throw broken("its directory does not fit the file");
        }
        // Bytes put in front of the archive (a self-extractor) shift every offset; zip readers allow that.
        return readEntries(directory, directoryEnd, count, directory - offset);
    }

    private Map<String, ZipEntryRecord> readEntries(long from, long to, long count, long shift) {
        Map<String, ZipEntryRecord> entries = new LinkedHashMap<>();
        long at = from;
        long seen = 0;
        while (at < to) {
            require(to - at >= 46 && i32(at) == CENTRAL_HEADER, "its directory is damaged");
            int nameBytes = u16(at + 28);
            int extraBytes = u16(at + 30);
            long next = at + 46 + nameBytes + extraBytes + u16(at + 32);
            require(next <= to, "its directory is damaged");
            String name = name(at + 46, nameBytes);
            refuseHarmfulName(name);
            if (!name.endsWith("/") && entries.put(name, entry(at, name, extraBytes, from, shift)) != null) {
                throw broken("it has two members called %s", name);
            }
            at = next;
            seen++;
        }
        require(seen == count, "its directory lists %d members, %d announced", seen, count);
        refuseOverlaps(entries);
        return entries;
    }

    private ZipEntryRecord entry(long at, String name, int extraBytes, long directory, long shift) {
        int flags = u16(at + 8);
        int method = u16(at + 10);
        require((flags & 1) == 0, "member %s is encrypted. Save it without a password.", name);
        require(
                method == 0 || method == 8,
                "member %s is compressed with method %d; only stored and deflated can be read. Pack it again.",
                name,
                method);
        Zip64Sizes sizes = zip64Sizes(at, name, extraBytes);
        long header = sizes.header() + shift;
        require(
                sizes.size() >= 0 && sizes.stored() >= 0 && sizes.header() >= 0 && header <= directory - 30,
                "member %s lies outside the file",
                name);
        require(i32(header) == LOCAL_HEADER, "member %s is not where the directory says", name);
        long start = header + 30 + u16(header + 26) + u16(header + 28);
        require(start <= directory && sizes.stored() <= directory - start, "member %s lies outside the file", name);
        require(
                method == 8 || sizes.stored() == sizes.size(),
                "member %s declares %d bytes and stores %d",
                name,
                sizes.size(),
                sizes.stored());
        require(name.equals(name(header + 30, u16(header + 26))), "member %s has two names", name);
        if (method == 8) {
            refuseBomb(name, sizes);
        }
        return new ZipEntryRecord(name, method == 8, u32(at + 16), sizes.stored(), sizes.size(), header, start);
    }

    private void refuseBomb(String name, Zip64Sizes sizes) {
        // Divided rather than multiplied: a hostile size must not overflow its way past the check.
        long ratio = sizes.size() / Math.max(1, sizes.stored());
        if (ratio > BEST_DEFLATE || (sizes.size() > BOMB_BYTES && ratio > BOMB_RATIO)) {
            throw broken("member %s would expand from %d to %d bytes, a zip bomb", name, sizes.stored(), sizes.size());
        }
    }

    private record Zip64Sizes(long size, long stored, long header) {}

    /** Sizes of four bytes, or where those are all ones, the eight-byte fields that follow one another in the zip64 extra. */
    private Zip64Sizes zip64Sizes(long at, String name, int extraBytes) {
        long size = u32(at + 24);
        long stored = u32(at + 20);
        long header = u32(at + 42);
        long field = zip64Field(at + 46 + u16(at + 28), extraBytes);
        if (field < 0) {
            return new Zip64Sizes(size, stored, header);
        }
        long end = field + 4 + u16(field + 2);
        long next = field + 4;
        if (size == 0xffff_ffffL) {
            size = zip64Value(next, end, name);
            next += 8;
        }
        if (stored == 0xffff_ffffL) {
            stored = zip64Value(next, end, name);
            next += 8;
        }
        if (header == 0xffff_ffffL) {
            header = zip64Value(next, end, name);
        }
        return new Zip64Sizes(size, stored, header);
    }

    private long zip64Value(long at, long end, String name) {
        require(at + 8 <= end, "member %s has damaged sizes", name);
        return i64(at);
    }

    /** Where the zip64 field (id 1) begins among the extras, or -1. */
    private long zip64Field(long extras, int bytes) {
        long at = extras;
        while (at + 4 <= extras + bytes) {
            long next = at + 4 + u16(at + 2);
            if (u16(at) == 1 && next <= extras + bytes) {
                return at;
            }
            at = next;
        }
        return -1;
    }

    /** A name that is absolute or climbs out of the archive would write or read elsewhere when unpacked. */
    private void refuseHarmfulName(String name) {
        boolean harmful = name.isEmpty()
                || name.startsWith("/")
                || name.indexOf('\\') >= 0
                || name.indexOf('\0') >= 0
                || isDrive(name)
                || List.of(name.split("/", -1)).contains("..");
        if (harmful) {
            throw broken("member name \"%s\" leads out of the archive", name);
        }
    }

    private static boolean isDrive(String name) {
        return name.length() > 1 && name.charAt(1) == ':' && Character.isLetter(name.charAt(0));
    }

    /** Members that share bytes are how a small zip becomes an enormous one (Fifield, A better zip bomb, 2019). */
    private void refuseOverlaps(Map<String, ZipEntryRecord> entries) {
        List<ZipEntryRecord> byPlace = new ArrayList<>(entries.values());
        byPlace.sort(Comparator.comparingLong(ZipEntryRecord::header));
        for (int i = 1; i < byPlace.size(); i++) {
            ZipEntryRecord before = byPlace.get(i - 1);
            ZipEntryRecord after = byPlace.get(i);
            require(before.end() <= after.header(), "members %s and %s share bytes", before.name(), after.name());
        }
    }

    private long findEnd() {
        long last = file.byteSize() - END_BYTES;
        for (long at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
            if (i32(at) == END && at + END_BYTES + u16(at + 20) <= file.byteSize()) {
                return at;
            }
        }
        String kind = FileBytes.kindOf(file);
        if (kind.equals("a zip archive")) {
            throw broken("its end is missing: the file is cut off");
        }
        throw new ModelFormatException(
                "%s: expected a zip archive (.keras, .npz), but the file is %s.".formatted(label, kind));
    }

    private long findEnd64(long locator) {
        // The locator's offset is off where bytes precede the archive; the record then stands right before the locator.
        long at = i64(locator + 8);
        if (at < 0 || at > locator - END64_BYTES || i32(at) != END64) {
            at = locator - END64_BYTES;
        }
        require(at >= 0 && i32(at) == END64, "its zip64 directory is missing");
        return at;
    }

    private String name(long at, int bytes) {
        require(bytes <= file.byteSize() - at, "it is cut off");
        byte[] name = numbers.bytes(at, bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(name, StandardCharsets.ISO_8859_1);
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // would need an annotation library
    private void require(boolean fact, String problem, Object... arguments) {
        if (!fact) {
            throw broken(problem, arguments);
        }
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private ModelFormatException broken(String problem, Object... arguments) {
        return new ModelFormatException(
                "%s: broken or unsafe zip archive: %s".formatted(label, problem.formatted(arguments)));
    }

    private int u16(long at) {
        check(at, 2);
        return numbers.u16(at);
    }

    private int i32(long at) {
        check(at, 4);
        return numbers.i32(at);
    }

    private long u32(long at) {
        return Integer.toUnsignedLong(i32(at));
    }

    private long i64(long at) {
        check(at, 8);
        return numbers.i64(at);
    }

    private void check(long at, int bytes) {
        if (at < 0 || at > file.byteSize() - bytes) {
            throw broken("it is cut off");
        }
    }
}
