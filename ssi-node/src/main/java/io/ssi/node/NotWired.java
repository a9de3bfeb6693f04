package io.ssi.node;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.vproc.node.MigrationService;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A daemon that moves no processes. */
final class NotWired implements MigrationService {
    @Override
    public CompletableFuture<String> migrate(VPid vpid, NodeId target, String user, Duration wait, Consumer<String> progress) {
        return refused();
    }

    @Override
    public CompletableFuture<String> explain(VPid vpid, String user, Duration wait) {
        return refused();
    }

    @Override
    public String recent() {
        return "[]";
    }

    private static CompletableFuture<String> refused() {
        return CompletableFuture.failedFuture(new SsiException(ErrorCode.INTERNAL, "this daemon was built without migration"));
    }
}
