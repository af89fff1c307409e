/** How the figures came about, for the readers of the tables. */
export const METHOD: readonly string[] = [
  "All contestants of a scenario run side by side in processes of their own and are measured in turn, round after " +
    "round, in another order each time, on loopback. A figure is the median over the rounds with its least and " +
    "greatest value; a ratio compares two figures of the same round.",
  [
    "- **ours**: core, host and TCP transport as node-cli has them, without a log. `--lines-per-second-max` and " +
      "`--lines-burst-max` are raised, or the limit would be measured; so are `--peers-max` and `--connections-max` " +
      "for the 10,000 peers.",
    "- **bare**: a `net` server that finds the lines, parses the JSON, checks TASK and writes an answer made " +
      "beforehand, once per chunk. It knows no limit. Before the 10,000 peers it is a holder of connections with a " +
      "wheel of 10 ms ticks, which beats and throws the answers away unread.",
    "- **unparsed**: the same server without parsing. **echo**: sends the bytes back.",
    "- **python**: the brief's own kind of node in Python's standard library: blocking sockets, a thread per " +
      "connection, one beat per connection. It speaks in no other way, so that is how it is loaded in every scenario.",
  ].join("\n"),
  "CPU us/beat is user and system time of the server's whole process, and the steadiest figure; `busy` is its share of " +
    "a core. Where that is clearly below 100 %, the load generator was the bottleneck, and the rates come closer " +
    "together than the servers are; so the goals against bare are to be reached in the ratio of rates and in the " +
    "ratio of beats per CPU time (`per CPU`) too. Every byte of every answer is checked by the generator.",
  "Lateness is noted by the peers: the time between two beats on a connection, less the interval. Memory is the " +
    "growth of the prober's process from before its first peer, garbage collected at both ends; a KB is 1,000 bytes.",
];
