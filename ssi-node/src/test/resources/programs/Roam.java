import io.ssi.Ssi;

/** Moves itself to the nodes it is given, one after the other; 99 is none. */
public class Roam {
    public static void main(String[] arguments) {
        System.out.println("starts on " + Ssi.node() + " as " + Ssi.vpid());
        for (String node : arguments) {
            try {
                Ssi.migrate(Integer.parseInt(node));
                System.out.println("now on " + Ssi.node() + " as " + Ssi.vpid());
            } catch (IllegalStateException e) {
                System.out.println("refused on " + Ssi.node() + ": " + e.getMessage());
            }
        }
    }
}
