/**
 * The daemons' part of a move. {@link io.ssi.migrate.node.Departure} drives it on the source, {@link
 * io.ssi.migrate.node.Arrival} follows on the target; both talk over one byte stream, in the frames of the link protocol:
 *
 * <pre>
 * source JVM      source daemon                          target daemon            landing JVM
 *    | &lt;--Prepare-- |                                       |                       |
 *    | --Prepared-&gt; | --Prepared--------------------------&gt; | checks, fetches jars  |
 *    |              |                                       | starts, Land -------&gt; | loads classes
 *    |              | &lt;-------------------------LandReady-- | &lt;----------LandReady- |
 *    | &lt;--Freeze--- |                                       |                       |
 *    | ==ImageChunk*, ImageEnd=============================================&gt; | builds
 *    |              | &lt;-----------------------------Built-- | &lt;--------------Built- |
 *    |              | compare-and-set of the place (Raft)   |                       |
 *    |              | --Go--------------------------------&gt; | adopts, Go ---------&gt; | runs
 *    | &lt;--Depart--- |                                       |                       |
 *    | ends, or becomes the deputy                          | &lt;------------Running- |
 * </pre>
 *
 * <p>Only the source proposes the commit, and only while it has not said Cannot. What if ...
 * <ul>
 * <li>anything fails before the proposal: the source says Cannot (or the stream breaks), the landing is killed, the program
 * goes on at the source.
 * <li>the answer to the proposal is lost: the source asks again under the same request id until it knows; the program stays
 * frozen meanwhile and its row says MOVING.
 * <li>the source daemon or the network dies after Built: the target reads the place. If it is its own, the commit happened:
 * it runs. If not, it vetoes: it moves the place to where it is, with the next incarnation, so that a late proposal of the
 * source fails; only then it kills the landing. Without a quorum it waits, and nothing runs twice.
 * <li>the target dies before the commit: the stream breaks, the source goes on. After the commit: its JVM was the only copy.
 * <li>the source's proposal fails because of a veto: the program goes on at the source.
 * <li>Depart is lost because the source daemon died: the source JVM stays frozen; it never goes on by itself after its image
 * was complete.
 * <li>a frame is doubled or late: streams are ordered and belong to one migration; the JVMs drop what carries another number.
 * </ul>
 */
package io.ssi.migrate.node;
