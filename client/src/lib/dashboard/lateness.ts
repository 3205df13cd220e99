/**
 * How late states come, milliseconds, by a clock that goes evenly and may show anything: the fastest state of all tells how far that clock is
 * from the server's. What a slow line adds to that is how old the figures already are when they come.
 */
export function createLateness(): (receivedAt: number, asOf: number) => number {
  let fastest = Infinity;
  return (receivedAt, asOf) => {
    const took = receivedAt - asOf;
    fastest = Math.min(fastest, took);
    return took - fastest;
  };
}
