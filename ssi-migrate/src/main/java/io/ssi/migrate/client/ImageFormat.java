package io.ssi.migrate.client;

/**
 * Numbers of the image, shared by writer and reader. The image: magic, JDK version; initialised classes; their statics; JDK
 * statics that travel; the state of the OS process; threads with frames; actions of the JDK's cleaner; the body of each object in the order of
 * definition, until every defined object had its turn; numbers of handles of the process itself, of what the cleaner has registered, of references that were
 * put into their queues meanwhile. A reference is {@link #NULL}, {@link #NEW} followed by a definition of the next number, or {@link #BACK} and how
 * far back the object was defined, which is a small number more often than its own is.
 */
final class ImageFormat {
    static final int MAGIC = 0x53534933;

    static final int NULL = 0;
    static final int NEW = 1;
    static final int BACK = 2;

    static final int INSTANCE = 1;
    static final int ARRAY = 2;
    static final int CLASS = 3;
    static final int NAMED = 4;
    static final int NAMED_FILLED = 5;
    static final int INTERNED = 6;
    static final int METHOD_TYPE = 7;
    static final int METHOD_HANDLE = 8;
    static final int FIELD_VAR_HANDLE = 9;
    static final int ARRAY_VAR_HANDLE = 10;
    /** Only in an image that is thrown away because of its pins. */
    static final int PINNED = 11;

    static final int PRIMITIVE_CLASS = 1;
    static final int NAMED_CLASS = 2;
    static final int ARRAY_CLASS = 3;
    static final int LAMBDA_CLASS = 4;
    static final int PROXY_CLASS = 5;

    static final int BOOT = 0;
    static final int PLATFORM = 1;
    static final int APPLICATION = 2;

    /** Pins reported at most, and references in a reported path. */
    static final int PINS_MAX = 20;
    static final int PATH_MAX = 12;

    static final Class<?> THREAD_LOCAL_ENTRIES;

    static {
        try {
            THREAD_LOCAL_ENTRIES = Class.forName("[Ljava.lang.ThreadLocal$ThreadLocalMap$Entry;");
        } catch (ClassNotFoundException e) {
            throw Jdk.failed("ThreadLocalMap", e);
        }
    }

    private ImageFormat() {}
}
