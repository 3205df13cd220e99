/** Why somebody may not say whose a vehicle is: they want it, or have it. */
export type ClaimRefusal = 'claimant' | 'owner';

/** Nobody decides about their own. Null: they may. */
export function claimRefusal(deciderId: string, claim: { claimantId: string; ownerUserId: string | null }): ClaimRefusal | null {
  if (claim.claimantId === deciderId) return 'claimant';
  return claim.ownerUserId === deciderId ? 'owner' : null;
}
