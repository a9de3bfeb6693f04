/** Loaded late. */
public class Extra {
    @Override
    public String toString() {
        return "extra";
    }
}
