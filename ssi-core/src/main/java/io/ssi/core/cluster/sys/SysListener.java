package io.ssi.core.cluster.sys;

/** Hears of applied changes, in commit order, on the thread that applies; must not block. */
public interface SysListener {
    /** node null: removed. */
    void node(int number, SysState.NodeRow node);

    /** place null: gone. */
    void place(int vpid, SysState.PlaceState place);

    SysListener NONE = new SysListener() {
        @Override
        public void node(int number, SysState.NodeRow node) { }

        @Override
        public void place(int vpid, SysState.PlaceState place) { }
    };
}
