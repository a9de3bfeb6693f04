package io.ssi.core.net.link;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.KryoBufferOverflowException;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import com.esotericsoftware.kryo.util.MapReferenceResolver;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.MessageRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Messages as bytes. Only registered classes travel, by number; nothing a peer sends makes this side load a class. Any List,
 * Set or Map is written as "a list", "a set", "a map" and read as an unmodifiable one. Thread-safe.
 */
public final class MessageCodec {
    /** Largest message, bytes; more than that belongs in a stream. */
    public static final int MESSAGE_BYTES_MAX = Frame.BYTES_MAX - 64;

    private static final int POOLED_MAX = 16;
    private static final int DEPTH_MAX = 64;

    /** A pooled writer keeps no larger buffer than this. */
    private static final int BUFFER_KEPT_MAX = 64 * 1024;

    static {
        // Kryo probes sun.misc.Unsafe at start, which the JDK answers with warnings; this codec has no use for it.
        if (System.getProperty("kryo.unsafe") == null) {
            System.setProperty("kryo.unsafe", "false");
        }
    }

    private final Map<Integer, Class<?>> classes;
    private final long fingerprint;
    private final ConcurrentLinkedQueue<Worker> pool = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pooled = new AtomicInteger();

    /** Kryo objects are not thread-safe, so each user takes one of its own. */
    private record Worker(Kryo kryo, Output output) {}

    /** Copies the registry: what is registered later is unknown here. */
    public MessageCodec(MessageRegistry registry) {
        classes = new TreeMap<>(registry.classes());
        fingerprint = fingerprint(classes);
    }

    /** Equal for two daemons that number the same classes alike. */
    public long fingerprint() {
        return fingerprint;
    }

    /** Throws BAD_ARGUMENT for a class without a number, LIMIT for a message over {@link #MESSAGE_BYTES_MAX}. */
    public byte[] encode(Object message) {
        Worker worker = take();
        try {
            worker.output().reset();
            worker.kryo().writeClassAndObject(worker.output(), message);
            return worker.output().toBytes();
        } catch (KryoBufferOverflowException e) {
            throw new SsiException(ErrorCode.LIMIT, "a " + name(message) + " is larger than " + MESSAGE_BYTES_MAX + " bytes; send it as a stream", e);
        } catch (KryoException | IllegalArgumentException e) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "a " + name(message) + " cannot be sent: " + firstLine(e)
                    + "; register its class with a number", e);
        } finally {
            give(worker);
        }
    }

    /** Throws nothing but {@link BadFrameException}, whatever the bytes are. */
    public Object decode(byte[] bytes) {
        Worker worker = take();
        try {
            Input input = new BoundedInput(bytes);
            Object message = worker.kryo().readClassAndObject(input);
            if (input.position() != bytes.length) {
                throw new BadFrameException("message of " + bytes.length + " bytes has " + (bytes.length - input.position()) + " bytes too many");
            }
            return message;
        } catch (BadFrameException e) {
            throw e;
        } catch (RuntimeException e) {
            // A record's constructor may refuse its values; a garbled length may run off the end: all of it is the peer's fault.
            BadFrameException inner = e.getCause() instanceof BadFrameException bad ? bad : null;
            throw inner != null ? inner : new BadFrameException("message of " + bytes.length + " bytes cannot be read: " + firstLine(e), e);
        } finally {
            give(worker);
        }
    }

    private Worker take() {
        Worker worker = pool.poll();
        if (worker == null) {
            return new Worker(newKryo(), new Output(1024, MESSAGE_BYTES_MAX));
        }
        pooled.decrementAndGet();
        return worker;
    }

    private void give(Worker worker) {
        worker.kryo().reset();
        if (worker.output().getBuffer().length <= BUFFER_KEPT_MAX && pooled.incrementAndGet() <= POOLED_MAX) {
            pool.add(worker);
        } else if (worker.output().getBuffer().length <= BUFFER_KEPT_MAX) {
            pooled.decrementAndGet();
        }
    }

    private Kryo newKryo() {
        Kryo kryo = new Kryo(new NumberedClasses(), new MapReferenceResolver());
        kryo.setRegistrationRequired(true);
        kryo.setReferences(false);
        kryo.setMaxDepth(DEPTH_MAX);
        kryo.register(NodeId.class, 1000);
        kryo.register(VPid.class, 1001);
        kryo.register(ErrorCode.class, 1002);
        kryo.register(byte[].class, 1003);
        kryo.register(int[].class, 1004);
        kryo.register(long[].class, 1005);
        kryo.register(Optional.class, 1006);
        kryo.register(UUID.class, new DefaultSerializers.UUIDSerializer(), 1007);
        kryo.register(Duration.class, 1008);
        kryo.register(Instant.class, 1009);
        kryo.register(List.class, new CollectionSerializers.OfList(), 1010);
        kryo.register(Set.class, new CollectionSerializers.OfSet(), 1011);
        kryo.register(Map.class, new CollectionSerializers.OfMap(), 1012);
        classes.forEach((number, type) -> kryo.register(type, number));
        return kryo;
    }

    private static long fingerprint(Map<Integer, Class<?>> classes) {
        long hash = 1;
        for (Map.Entry<Integer, Class<?>> entry : classes.entrySet()) {
            hash = hash * 1_000_003 + entry.getKey();
            hash = hash * 1_000_003 + entry.getValue().getName().hashCode();
        }
        return hash;
    }

    private static String name(Object message) {
        return message == null ? "null" : message.getClass().getName();
    }

    private static String firstLine(Throwable e) {
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }

    /** Maps every implementation of a collection to its interface, and refuses class names on the wire before a class is looked for. */
    private static final class NumberedClasses extends DefaultClassResolver {
        @Override
        public Registration getRegistration(@SuppressWarnings("rawtypes") Class type) {
            Registration registration = super.getRegistration(type);
            if (registration != null) {
                return registration;
            }
            if (List.class.isAssignableFrom(type)) {
                return super.getRegistration(List.class);
            }
            if (Set.class.isAssignableFrom(type)) {
                return super.getRegistration(Set.class);
            }
            return Map.class.isAssignableFrom(type) ? super.getRegistration(Map.class) : null;
        }

        @Override
        protected Registration readName(Input input) {
            throw new BadFrameException("message names a class instead of a registered number");
        }
    }

    /** Checks every length against the bytes that are there, before anything of that length is allocated. */
    private static final class BoundedInput extends Input {
        BoundedInput(byte[] bytes) {
            super(bytes);
        }

        private void check(long count, int width) {
            if (count < 0 || count * width > limit() - position()) {
                throw new BadFrameException("length " + count + " in a message exceeds the " + (limit() - position()) + " bytes left of it");
            }
        }

        @Override
        public byte[] readBytes(int length) {
            check(length, 1);
            return super.readBytes(length);
        }

        @Override
        public int[] readInts(int length, boolean optimizePositive) {
            check(length, 1);
            return super.readInts(length, optimizePositive);
        }

        @Override
        public int[] readInts(int length) {
            check(length, Integer.BYTES);
            return super.readInts(length);
        }

        @Override
        public long[] readLongs(int length, boolean optimizePositive) {
            check(length, 1);
            return super.readLongs(length, optimizePositive);
        }

        @Override
        public long[] readLongs(int length) {
            check(length, Long.BYTES);
            return super.readLongs(length);
        }

        @Override
        public String readString() {
            int start = position();
            if (readVarIntFlag()) {
                int count = readVarIntFlag(true);
                check(Math.max(0, (long) count - 1), 1);
                if (count < 0) {
                    throw new BadFrameException("text length " + count + " in a message");
                }
            }
            setPosition(start);
            return super.readString();
        }
    }

    static int checkedSize(Input input, int size) {
        if (size < 0 || size > input.limit() - input.position()) {
            throw new BadFrameException("collection of " + size + " elements in a message with " + (input.limit() - input.position()) + " bytes left");
        }
        return size;
    }
}
