import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Role } from '#shared/contracts/identity.ts';
import { can, POLICY, type Action, type Actor } from './policy.ts';

const actions = Object.keys(POLICY) as Action[];
const actor = (role: Role, officeId: string | null = 'office'): Actor => ({ userId: 'me', role, officeId });

describe('the policy', () => {
  it('lets citizens do nothing of the staff’s', () => {
    expect(actions.filter((action) => can(actor('citizen'), action))).toEqual([]);
  });

  it('lets auditors and administrators look at refunds, and touch none', () => {
    for (const role of ['auditor', 'administrator'] as const) {
      const refunds = actions.filter((action) => action.startsWith('refund.') && can(actor(role), action));
      expect(refunds).toEqual(['refund.read']);
    }
  });

  it('lets agents propose and supervisors decide', () => {
    expect([can(actor('agent'), 'refund.propose'), can(actor('agent'), 'refund.decide')]).toEqual([true, false]);
    expect(can(actor('supervisor'), 'refund.decide', { ownerId: 'somebody', officeId: null })).toBe(true);
  });

  it('`own` reaches what is one’s own and nothing else', () => {
    expect(can(actor('agent'), 'refund.withdraw')).toBe(true);
    expect(can(actor('agent'), 'refund.withdraw', { ownerId: 'me' })).toBe(true);
    expect(can(actor('agent'), 'refund.withdraw', { ownerId: 'somebody', officeId: 'office' })).toBe(false);
    expect(can(actor('agent'), 'refund.withdraw', { ownerId: null })).toBe(false);
  });

  it('a right over a thing is a right at all, for everybody and everything', () => {
    const anyActor = fc.record({
      userId: fc.constantFrom('me', 'you'),
      role: fc.constantFrom(...Role.options),
      officeId: fc.constantFrom('office', 'other', null),
    });
    const resource = fc.record({
      ownerId: fc.constantFrom('me', 'you', null),
      officeId: fc.constantFrom('office', 'other', null),
    });
    fc.assert(
      fc.property(anyActor, fc.constantFrom(...actions), resource, (who, action, what) => {
        if (can(who, action, what)) expect(can(who, action)).toBe(true);
      }),
    );
  });
});
