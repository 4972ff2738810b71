package conformance.agent;

import java.util.Map;

/** What the program may ask of the agent's extension, in types that both class loaders know. */
public interface Operations {
  /** True if every span that has ended was exported. */
  boolean flush(long limitMillis);

  Map<String, Object> ledger();
}
