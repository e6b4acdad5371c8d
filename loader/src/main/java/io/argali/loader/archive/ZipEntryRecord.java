package io.argali.loader.archive;

/**
 * A member as the zip's directory describes it.
 *
 * @param header where its local header begins in the file
 * @param start where its stored bytes begin
 */
record ZipEntryRecord(String name, boolean deflated, long crc, long storedSize, long size, long header, long start) {
    long end() {
        return start + storedSize;
    }
}
