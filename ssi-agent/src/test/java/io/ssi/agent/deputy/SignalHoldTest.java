package io.ssi.agent.deputy;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.internal.misc.Signal;
import org.junit.jupiter.api.Test;

class SignalHoldTest {
    @Test
    void ofAStopAndAGoOnTheLastIsHeld() {
        SignalHold hold = new SignalHold();
        hold.hold();
        try {
            hold.handle(new Signal("CONT"));
            hold.handle(new Signal("TSTP"));
            assertThat(hold.held()).isEqualTo(1 << Libc.SIGTSTP);
        } finally {
            hold.handle(new Signal("CONT"));
            assertThat(hold.held()).isEqualTo(1 << Libc.SIGCONT);
            hold.release(); // nobody minds a go-on
        }
    }

    @Test
    void whatIsIgnoredWhileSignalsAreHeldIsIgnoredAfterwards() {
        SignalHold hold = new SignalHold();
        hold.hold();
        assertThat(hold.install("USR1", Signal.Handler.SIG_IGN)).isTrue();
        hold.release();
        assertThat(IgnoredSignals.now() & 1L << Libc.SIGUSR1).isNotZero();
        Signal.handle(new Signal("USR1"), Signal.Handler.SIG_DFL);
    }
}
