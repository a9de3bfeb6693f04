package io.ssi.migrate.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import jdk.internal.misc.Unsafe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link ImageOutput} and {@link ImageInput}: what one writes the other reads, and what nobody wrote is an IOException. */
@Timeout(30)
class ImageStreamTest {
    private static final int ITEMS = 7;

    private interface Writing {
        void to(ImageOutput out) throws IOException;
    }

    private static ImageOutput write(List<byte[]> chunks, Writing writing) throws IOException {
        ImageOutput out = new ImageOutput(chunks::add);
        writing.to(out);
        out.flush();
        return out;
    }

    /** As they were written. */
    private static ImageInput sent(List<byte[]> chunks) {
        Iterator<byte[]> left = chunks.iterator();
        return new ImageInput(() -> left.hasNext() ? left.next() : null);
    }

    /** With the right checksums. */
    private static ImageInput in(List<byte[]> contents) {
        CRC32C crc = new CRC32C();
        return sent(contents.stream().map(content -> {
            crc.update(content);
            return ByteBuffer.allocate(content.length + 4).order(ByteOrder.LITTLE_ENDIAN).put(content).putInt((int) crc.getValue()).array();
        }).toList());
    }

    private static ImageInput in(int... bytes) {
        byte[] chunk = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            chunk[i] = (byte) bytes[i];
        }
        return in(List.of(chunk));
    }

    /** One item of a kind, with a value. */
    private static void writeItem(ImageOutput out, int kind, Random random) throws IOException {
        switch (kind) {
            case 0 -> out.u1(random.nextInt(256));
            case 1 -> out.u2(random.nextInt(65_536));
            case 2 -> out.u4(random.nextInt());
            case 3 -> out.u8(random.nextLong());
            case 4 -> out.varint(random.nextInt() >>> random.nextInt(32));
            case 5 -> out.string("ä\u20ac" + random.nextInt());
            default -> {
                byte[] bytes = new byte[random.nextInt(1000)];
                random.nextBytes(bytes);
                out.varint(bytes.length);
                out.raw(bytes, Unsafe.ARRAY_BYTE_BASE_OFFSET, bytes.length);
            }
        }
    }

    private static void readItem(ImageInput in, int kind, Random random) throws IOException {
        switch (kind) {
            case 0 -> assertThat(in.u1()).isEqualTo(random.nextInt(256));
            case 1 -> assertThat(in.u2()).isEqualTo(random.nextInt(65_536));
            case 2 -> assertThat(in.u4()).isEqualTo(random.nextInt());
            case 3 -> assertThat(in.u8()).isEqualTo(random.nextLong());
            case 4 -> assertThat(in.varint()).isEqualTo(random.nextInt() >>> random.nextInt(32));
            case 5 -> assertThat(in.string()).isEqualTo("ä\u20ac" + random.nextInt());
            default -> {
                byte[] wanted = new byte[random.nextInt(1000)];
                random.nextBytes(wanted);
                byte[] bytes = new byte[in.count(1000, "length")];
                in.raw(bytes, Unsafe.ARRAY_BYTE_BASE_OFFSET, bytes.length);
                assertThat(bytes).isEqualTo(wanted);
            }
        }
    }

    /** Reads the kinds of items a reader knows it has to expect, whatever their values are. */
    private static void skim(ImageInput in, int items) throws IOException {
        for (int i = 0; i < items; i++) {
            switch (i % ITEMS) {
                case 0 -> in.u1();
                case 1 -> in.u2();
                case 2 -> in.u4();
                case 3 -> in.u8();
                case 4 -> in.varint();
                case 5 -> in.string();
                default -> in.raw(new byte[1000], Unsafe.ARRAY_BYTE_BASE_OFFSET, in.count(1000, "length"));
            }
        }
    }

    private static void writeItems(ImageOutput out, int items, long seed) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < items; i++) {
            writeItem(out, i % ITEMS, random);
        }
    }

    private static byte[] joined(List<byte[]> chunks) {
        byte[] all = new byte[chunks.stream().mapToInt(chunk -> chunk.length - 4).sum()];
        int at = 0;
        for (byte[] chunk : chunks) {
            System.arraycopy(chunk, 0, all, at, chunk.length - 4);
            at += chunk.length - 4;
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsWrittenIsReadHoweverItIsCut(long seed) throws IOException {
        List<byte[]> chunks = new ArrayList<>();
        ImageOutput out = write(chunks, to -> writeItems(to, 10_000, seed));
        assertThat(chunks).hasSizeGreaterThan(2).allMatch(chunk -> chunk.length <= ImageOutput.CHUNK + 4);
        byte[] all = joined(chunks);
        assertThat(out.written()).isEqualTo(all.length);
        List<byte[]> otherwise = new ArrayList<>();
        Random cuts = new Random(seed);
        for (int at = 0; at < all.length;) {
            int end = Math.min(all.length, at + 1 + cuts.nextInt(12));
            otherwise.add(Arrays.copyOfRange(all, at, end));
            at = end;
        }
        for (ImageInput in : List.of(sent(chunks), in(otherwise))) {
            Random random = new Random(seed);
            for (int i = 0; i < 10_000; i++) {
                readItem(in, i % ITEMS, random);
            }
            assertThat(in.end()).isEqualTo(out.crc());
        }
    }

    @Test
    void arraysOfPrimitivesLargerThanAChunk() throws IOException {
        long[] numbers = new Random(7).longs(100_000).toArray();
        long bytes = numbers.length * 8L;
        List<byte[]> chunks = new ArrayList<>();
        write(chunks, out -> {
            out.u1(1);
            out.raw(numbers, Unsafe.ARRAY_LONG_BASE_OFFSET, bytes);
        });
        ImageInput in = sent(chunks);
        assertThat(in.u1()).isEqualTo(1);
        long[] read = new long[numbers.length];
        in.raw(read, Unsafe.ARRAY_LONG_BASE_OFFSET, bytes);
        assertThat(read).isEqualTo(numbers);
    }

    @Test
    void anImageThatIsCutShortEndsInTheMiddle() throws IOException {
        List<byte[]> chunks = new ArrayList<>();
        write(chunks, out -> writeItems(out, 2 * ITEMS, 5));
        byte[] all = joined(chunks);
        assertThatThrownBy(() -> sent(List.of()).u1()).isInstanceOf(EOFException.class);
        for (int length = 1; length < all.length; length++) {
            ImageInput in = in(List.of(Arrays.copyOf(all, length)));
            assertThatThrownBy(() -> skim(in, 2 * ITEMS)).isInstanceOf(EOFException.class).hasMessage("the image ends in the middle");
        }
    }

    @Test
    void aFlippedBitIsFoundBeforeAnythingIsRead() throws IOException {
        List<byte[]> chunks = new ArrayList<>();
        write(chunks, to -> writeItems(to, ITEMS, 9));
        byte[] chunk = chunks.getFirst();
        for (int bit = 0; bit < chunk.length * 8; bit++) {
            byte[] flipped = chunk.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            ImageInput in = sent(List.of(flipped));
            assertThatThrownBy(in::u1).as("bit %d", bit).isInstanceOf(IOException.class)
                    .hasMessage("the image was damaged on its way: chunk 1 of it is not what was sent");
        }
    }

    @Test
    void aChunkThatIsLostCutRepeatedOrOutOfItsPlaceIsNotRead() throws IOException {
        List<byte[]> chunks = new ArrayList<>();
        write(chunks, to -> to.raw(new Random(3).longs(150_000).toArray(), Unsafe.ARRAY_LONG_BASE_OFFSET, 1_200_000));
        byte[] one = chunks.get(0);
        byte[] two = chunks.get(1);
        byte[] three = chunks.get(2);
        for (List<byte[]> wrong : List.of(List.of(one, three), List.of(one, one), List.of(one, Arrays.copyOf(two, 100)), List.of(one, new byte[0]),
                List.of(one, three, two), List.of(one, new byte[4]), List.of(one, Arrays.copyOf(two, two.length + 1)))) {
            ImageInput in = sent(wrong);
            in.raw(new byte[one.length - 4], Unsafe.ARRAY_BYTE_BASE_OFFSET, one.length - 4);
            assertThatThrownBy(in::u1).isInstanceOf(IOException.class).hasMessage("the image was damaged on its way: chunk 2 of it is not what was sent");
        }
    }

    @Test
    void moreThanWasWrittenIsRefused() throws IOException {
        ImageInput behind = in(1, 2);
        behind.u1();
        assertThatThrownBy(behind::end).isInstanceOf(IOException.class).hasMessage("the image goes on behind its end");
        ImageInput another = in(List.of(new byte[] {1}, new byte[] {1}));
        another.u1();
        assertThatThrownBy(another::end).hasMessage("the image goes on behind its end");
    }

    /** Nothing is allocated for a length before it is known to be sane. */
    @Test
    void lengthsAreChecked() {
        assertThatThrownBy(() -> in(0xFF, 0xFF, 0xFF, 0xFF, 0x07).string()).hasMessage("length of a string 2147483647 in the image is above 1048576");
        assertThatThrownBy(() -> in(0xFF, 0xFF, 0xFF, 0xFF, 0x0F).string()).hasMessage("length of a string -1 in the image is above 1048576");
        assertThatThrownBy(() -> in(0x80, 0x80, 0x80, 0x80, 0x80, 0x01).varint()).hasMessage("a number in the image has more than 5 bytes");
        assertThatThrownBy(() -> in(11).count(10, "number of threads")).hasMessage("number of threads 11 in the image is above 10");
        assertThatThrownBy(() -> in(5, 1).string()).isInstanceOf(EOFException.class);
    }

    @Test
    void whatIsNoImageOrOfAnotherJdkIsSaid() throws IOException {
        assertThatThrownBy(() -> read(out -> out.u4(0xCAFE_BABE))).isInstanceOf(IOException.class).hasMessage("this is no image of a process");
        assertThatThrownBy(() -> read(out -> {
            out.u4(ImageFormat.MAGIC);
            out.string("26+1");
        })).isInstanceOf(IOException.class).hasMessage("the image is of JDK 26+1, this is " + Runtime.version());
        assertThatThrownBy(() -> read(out -> {
            out.u4(ImageFormat.MAGIC);
            out.string(Runtime.version().toString());
            out.varint(Integer.MAX_VALUE);
        })).isInstanceOf(IOException.class).hasMessageContaining("number of classes 2147483647 in the image is above");
    }

    private static void read(Writing writing) throws IOException, ReflectiveOperationException {
        List<byte[]> chunks = new ArrayList<>();
        write(chunks, writing);
        new ImageReader(null, null, null, sent(chunks), null, (initialised, failed) -> { }).read();
    }

    @Test
    void aSinkThatFailsFailsTheWriter() {
        ImageOutput out = new ImageOutput(chunk -> {
            throw new IOException("the daemon is gone");
        });
        assertThatThrownBy(() -> out.raw(new byte[1 << 20], Unsafe.ARRAY_BYTE_BASE_OFFSET, 1 << 20)).hasMessage("the daemon is gone");
    }
}
