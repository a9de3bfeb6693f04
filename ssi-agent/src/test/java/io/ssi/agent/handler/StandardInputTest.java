package io.ssi.agent.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.agent.input.InputLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StandardInputTest {
    /** Has nothing, and counts. */
    private static final class Nothing implements StandardInput.Source {
        final CountDownLatch asked = new CountDownLatch(1);
        volatile int closed;

        @Override
        public int readNow(byte[] to, int offset, int length) {
            return 0;
        }

        @Override
        public int availableNow() {
            return 0;
        }

        @Override
        public void want(long position, int max) {
            asked.countDown();
        }

        @Override
        public void stop() {
            // It reads nothing.
        }

        @Override
        public boolean close(long position) {
            closed++;
            return true;
        }
    }

    @Test
    void whoReadsWhileAnotherThreadClosesIsAtTheEnd() throws Exception {
        Nothing source = new Nothing();
        StandardInput input = new StandardInput(source);
        CompletableFuture<Integer> read = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                read.complete(input.read(new byte[1], 0, 1));
            } catch (Exception e) {
                read.completeExceptionally(e);
            }
        });
        assertThat(source.asked.await(30, TimeUnit.SECONDS)).isTrue();
        input.close();
        assertThat(read.get(30, TimeUnit.SECONDS)).isEqualTo(-1);
    }

    @Test
    void inALandingTheSourceHearsOfTheCloseWhenTheProcessIsThere() {
        Nothing source = new Nothing();
        StandardInput input = new StandardInput(source);
        input.restore(new InputLog(5).encode(), true);
        assertThat(input.isClosed()).isTrue();
        assertThat(source.closed).isZero();
        input.tellClosed();
        input.tellClosed();
        input.close();
        assertThat(source.closed).isOne();
    }
}
