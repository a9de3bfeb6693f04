package io.ssi.migrate.client;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class ProfilesTest {
    /** One that a JDK calls otherwise would silently not be forgotten. */
    @Test
    void theClassesThatAreForgottenAreThere() {
        Profiles.SHARED.forEach(name -> assertThatCode(() -> Class.forName(name, false, null)).doesNotThrowAnyException());
    }
}
