/** What an agent took and how much of it was reversed, over the same days. */
export interface AgentFigures {
  agentId: string;
  takings: number;
  reversals: number;
}

/** Days looked back. */
export const REVERSAL_DAYS = 30;
/** Fewer reversals than this are chance, whatever the rate. */
export const FEWEST_REVERSALS = 5;
/** Who took less is no peer: one reversal among three payments says nothing. */
export const FEWEST_TAKINGS = 20;
export const FEWEST_PEERS = 3;
/** A rate up to this is never out of line, per thousand payments taken. */
export const USUAL_RATE = 10;

const median = (sorted: readonly number[]): number => {
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? 0, sorted[middle] ?? 0];
  return (low + high) / 2;
};

/** Reversals per thousand payments. */
const rateOf = ({ takings, reversals }: AgentFigures): number => (takings === 0 ? 0 : (1000 * reversals) / takings);

/**
 * Agents whose reversals are out of line with their peers: at least five, and a rate above all of 10 ‰, three times the peers' median, and
 * that median plus five times the median distance from it. Medians, so that one who does much wrong does not make it look usual.
 */
export function outOfLine(agents: readonly AgentFigures[]): { agentId: string; rate: number; median: number; peers: number }[] {
  const judged = agents.filter(({ takings }) => takings >= FEWEST_TAKINGS);
  return judged.flatMap((agent) => {
    const peers = judged.filter(({ agentId }) => agentId !== agent.agentId).map(rateOf);
    if (peers.length < FEWEST_PEERS || agent.reversals < FEWEST_REVERSALS) return [];
    const middle = median([...peers].sort((a, b) => a - b));
    const spread = median(peers.map((rate) => Math.abs(rate - middle)).sort((a, b) => a - b));
    const rate = rateOf(agent);
    const limit = Math.max(USUAL_RATE, 3 * middle, middle + 5 * spread);
    return rate > limit ? [{ agentId: agent.agentId, rate, median: middle, peers: peers.length }] : [];
  });
}
