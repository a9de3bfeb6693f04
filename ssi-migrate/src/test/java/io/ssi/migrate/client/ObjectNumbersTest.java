package io.ssi.migrate.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectNumbersTest {
    private static final int MANY = 200_000;

    private final HashBits bits = new HashBits();
    private final ObjectNumbers numbers = new ObjectNumbers(bits);

    @Test
    void eachObjectHasOneNumberWhetherItHadAHashOrNot() {
        List<Object> objects = new ArrayList<>();
        for (int i = 1; i <= MANY; i++) {
            Object object = new Object();
            int hash = i % 3 == 0 ? System.identityHashCode(object) : 0;
            objects.add(object);
            assertThat(numbers.number(object)).isEqualTo(-i);
            assertThat(numbers.hashOfNew()).isEqualTo(hash);
        }
        assertThat(numbers.count()).isEqualTo(MANY);
        for (int i = 1; i <= MANY; i++) {
            Object object = objects.get(i - 1);
            assertThat(numbers.number(object)).isEqualTo(i);
            assertThat(numbers.object(i)).isSameAs(object);
        }
        assertThat(numbers.count()).isEqualTo(MANY);
    }

    @Test
    void equalHashesAreToldApart() {
        List<Object> objects = new ArrayList<>();
        for (int i = 1; i <= 1000; i++) {
            Object object = new Object();
            assertThat(bits.set(object, 1)).isTrue();
            objects.add(object);
            assertThat(numbers.number(object)).isEqualTo(-i);
        }
        for (int i = 1; i <= 1000; i++) {
            assertThat(numbers.number(objects.get(i - 1))).isEqualTo(i);
        }
    }

    /** Its header is in use: the hash is the JVM's to give. */
    @Test
    void aLockedObject() {
        Object locked = new Object();
        Object before = new Object();
        assertThat(numbers.number(before)).isEqualTo(-1);
        synchronized (locked) {
            assertThat(numbers.number(locked)).isEqualTo(-2);
            assertThat(numbers.hashOfNew()).isEqualTo(System.identityHashCode(locked));
            assertThat(numbers.number(locked)).isEqualTo(2);
        }
        assertThat(numbers.number(locked)).isEqualTo(2);
        assertThat(numbers.number(before)).isEqualTo(1);
    }

    @Test
    void whatWasNumberedBeforeIsANewObjectToOthers() {
        Object object = new Object();
        Object other = new Object();
        assertThat(numbers.number(other)).isEqualTo(-1);
        assertThat(numbers.number(object)).isEqualTo(-2);
        ObjectNumbers again = new ObjectNumbers(bits);
        assertThat(again.number(object)).isEqualTo(-1);
        assertThat(again.hashOfNew()).isEqualTo(2);
        assertThat(again.number(other)).isEqualTo(-2);
        assertThat(again.number(object)).isEqualTo(1);
    }
}
