package io.argali.loader.archive;

import io.argali.loader.Content;
import io.argali.loader.NewFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.Deflater;

/**
 * Writes a zip as Keras and numpy do: members stored, so that readers can map them; zip64 where needed. The file appears under
 * its name when {@link #close()} has been reached, whole or not at all. Written twice, it comes out the same: members carry the
 * zip epoch as their date.
 */
public final class ZipWriter implements Closeable {
    private static final int STEP = 1 << 20;
    /** From here on a size or place takes 64 bits. */
    private static final long LIMIT = 0xffff_ffffL;
    /** 1980-01-01 in the format of DOS. */
    private static final int EPOCH = 0x0021_0000;
    /** Names are UTF-8. */
    private static final int FLAGS = 0x0800;

    private final Path target;
    private final NewFile file;
    private final List<Member> members = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private boolean failed;

    private record Member(
            byte[] name, boolean deflated, long crc, long stored, long size, long header, boolean zip64) {}

    public ZipWriter(Path target) {
        this.target = target;
        try {
            this.file = NewFile.at(target);
        } catch (IOException e) {
            throw NewFile.unwritable(target, e);
        }
    }

    /** Adds text, stored as UTF-8. */
    public void add(String name, String text) {
        add(name, Content.of(text));
    }

    /** Adds a member made of parts, which follow one another without being joined in memory. */
    public void add(String name, List<MemorySegment> parts) {
        add(name, Content.of(parts));
    }

    /** Adds a member that is made while it is written. */
    public void add(String name, Content content) {
        write(name, content, false);
    }

    /** The same, deflated. */
    public void addDeflated(String name, List<MemorySegment> parts) {
        write(name, Content.of(parts), true);
    }

    private void write(String name, Content content, boolean deflated) {
        boolean done = false;
        try {
            if (!names.add(name)) {
                throw new IllegalArgumentException("a zip with two members called " + name);
            }
            long size = content.size();
            // Deflate may make data a little longer.
            boolean zip64 = size + (size >> 8) + 1024 >= LIMIT;
            Member begun =
                    new Member(name.getBytes(StandardCharsets.UTF_8), deflated, 0, 0, size, file.position(), zip64);
            write(localHeader(begun));
            file.checksum();
            long start = file.position();
            long crc = deflated ? deflate(content) : store(content);
            Member member = new Member(begun.name, deflated, crc, file.position() - start, size, begun.header, zip64);
            file.patch(member.header, localHeader(member));
            members.add(member);
            done = true;
        } catch (IOException e) {
            throw NewFile.unwritable(target, e);
        } finally {
            failed |= !done;
        }
    }

    private long store(Content content) throws IOException {
        long start = file.position();
        content.writeTo(file);
        if (file.position() - start != content.size()) {
            throw new IOException("%d bytes announced, %d written".formatted(content.size(), file.position() - start));
        }
        return file.checksum();
    }

    private long deflate(Content content) throws IOException {
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        byte[] out = new byte[STEP];
        try {
            content.writeTo(bytes -> {
                for (long at = 0; at < bytes.byteSize(); at += STEP) {
                    byte[] step = bytes.asSlice(at, Math.min(STEP, bytes.byteSize() - at))
                            .toArray(ValueLayout.JAVA_BYTE);
                    crc.update(step);
                    deflater.setInput(step);
                    while (!deflater.needsInput()) {
                        file.write(MemorySegment.ofArray(out).asSlice(0, deflater.deflate(out)));
                    }
                }
            });
            deflater.finish();
            while (!deflater.finished()) {
                file.write(MemorySegment.ofArray(out).asSlice(0, deflater.deflate(out)));
            }
        } finally {
            deflater.end();
        }
        file.checksum(); // flushes
        return crc.getValue();
    }

    private void write(ByteBuffer bytes) throws IOException {
        file.write(MemorySegment.ofBuffer(bytes));
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer localHeader(Member m) {
        ByteBuffer b = buffer(30 + m.name.length + (m.zip64 ? 20 : 0));
        b.putInt(0x04034b50).putShort((short) (m.zip64 ? 45 : 20));
        common(b, m);
        b.putInt((int) m.crc).putInt(narrow(m.zip64, m.stored)).putInt(narrow(m.zip64, m.size));
        b.putShort((short) m.name.length).putShort((short) (m.zip64 ? 20 : 0)).put(m.name);
        if (m.zip64) {
            b.putShort((short) 1).putShort((short) 16).putLong(m.size).putLong(m.stored);
        }
        return b.flip();
    }

    private static void common(ByteBuffer b, Member m) {
        b.putShort((short) FLAGS).putShort((short) (m.deflated ? 8 : 0)).putInt(EPOCH);
    }

    private static int narrow(boolean zip64, long value) {
        return (int) (zip64 ? LIMIT : value);
    }

    private static ByteBuffer directoryRecord(Member m) {
        boolean far = m.header >= LIMIT;
        int extra = (m.zip64 ? 16 : 0) + (far ? 8 : 0);
        ByteBuffer b = buffer(46 + m.name.length + (extra > 0 ? 4 + extra : 0));
        short version = (short) (extra > 0 ? 45 : 20);
        b.putInt(0x02014b50).putShort(version).putShort(version);
        common(b, m);
        b.putInt((int) m.crc).putInt(narrow(m.zip64, m.stored)).putInt(narrow(m.zip64, m.size));
        b.putShort((short) m.name.length).putShort((short) (extra > 0 ? 4 + extra : 0));
        b.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0); // comment, disk, attributes
        b.putInt(narrow(far, m.header)).put(m.name);
        if (extra > 0) {
            b.putShort((short) 1).putShort((short) extra);
            if (m.zip64) {
                b.putLong(m.size).putLong(m.stored);
            }
            if (far) {
                b.putLong(m.header);
            }
        }
        return b.flip();
    }

    private void finish() throws IOException {
        long start = file.position();
        for (Member m : members) {
            write(directoryRecord(m));
        }
        long size = file.position() - start;
        boolean zip64 = start >= LIMIT || size >= LIMIT || members.size() >= 0xffff;
        ByteBuffer b = buffer(98);
        if (zip64) {
            long end = file.position();
            b.putInt(0x06064b50)
                    .putLong(44)
                    .putShort((short) 45)
                    .putShort((short) 45)
                    .putInt(0)
                    .putInt(0);
            b.putLong(members.size()).putLong(members.size()).putLong(size).putLong(start);
            b.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
        }
        int count = Math.min(members.size(), 0xffff);
        b.putInt(0x06054b50).putInt(0).putShort((short) count).putShort((short) count);
        b.putInt((int) Math.min(size, LIMIT))
                .putInt((int) Math.min(start, LIMIT))
                .putShort((short) 0);
        write(b.flip());
    }

    /** Has {@link #close()} wait until the disk holds the file: for what took long to make. */
    public ZipWriter synced() {
        file.synced();
        return this;
    }

    /** Drops what was written; {@link #close()} then leaves nothing behind. */
    public void abandon() {
        failed = true;
    }

    @Override
    public void close() {
        try (file) {
            if (!failed) {
                finish();
                file.commit();
            }
        } catch (IOException | UncheckedIOException e) {
            throw NewFile.unwritable(target, e instanceof IOException io ? io : new IOException(e.getMessage(), e));
        }
    }
}
