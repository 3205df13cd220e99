import type { Role } from '#shared/contracts/identity.ts';

/**
 * Which things the action may be done to: `own`, those of the person (`ownerId`); `office`, those of the person's office (`officeId`);
 * `all`, every one. A wider scope includes the narrower ones.
 */
export type Scope = 'own' | 'office' | 'all';

/** Everything that not everybody may do. `<thing>.<verb>`. */
export type Action =
  | 'collection.read'
  | 'dashboard.read'
  | 'queue.read'
  | 'ticket.serve'
  | 'office.manage'
  | 'kiosk.set_up'
  | 'register.search'
  | 'register.read_file'
  | 'register.annotate'
  | 'document.read_any'
  | 'claim.decide'
  | 'bureau.enter'
  | 'document.review'
  | 'reconciliation.read'
  | 'reconciliation.import'
  | 'reconciliation.settle'
  | 'reconciliation.approve'
  | 'report.read'
  | 'report.make'
  | 'report.cancel'
  | 'refund.read'
  | 'refund.propose'
  | 'refund.withdraw'
  | 'refund.decide'
  | 'refund.settle'
  | 'till.use'
  | 'till.read'
  | 'till.note'
  | 'till.close_absent'
  | 'cash.reverse'
  | 'cash.decide'
  | 'cash.print'
  | 'alarm.read'
  | 'alarm.acknowledge'
  | 'alarm.manage'
  | 'anomaly.read'
  | 'anomaly.settle';

/**
 * The one table of who may do what: a role that a line does not name may not; an action without a line does not compile. Of refunds: the
 * payments online are of no office, so their scope is `all`; that the second person is another one than the first is a rule of the refund
 * itself (`refundRefusal`), not of a role.
 */
export const POLICY: Readonly<Record<Action, Partial<Record<Role, Scope>>>> = {
  /** See the staff's pages at all. */
  'bureau.enter': { agent: 'all', supervisor: 'all', administrator: 'all', auditor: 'all' },
  /**
   * See the movements of money under a figure of the dashboard, and export them: those of an office, or of all and online. Never who paid.
   * Each look is kept in the audit log.
   */
  'collection.read': { supervisor: 'office', administrator: 'all', auditor: 'all' },
  /** See the figures of an office; those of regions and of the nation are of all offices. */
  'dashboard.read': { supervisor: 'office', administrator: 'all', auditor: 'all' },
  /** See the line of an office. */
  'queue.read': { agent: 'office', supervisor: 'office', administrator: 'all', auditor: 'all' },
  /** Open a counter, call people, serve them. */
  'ticket.serve': { agent: 'office', supervisor: 'office' },
  /** Say which services, hours and rules an office has, and what its board says. */
  'office.manage': { supervisor: 'office', administrator: 'all' },
  /** Make a browser the kiosk or the board of an office. */
  'kiosk.set_up': { agent: 'office', supervisor: 'office', administrator: 'all' },
  /** Look for a vehicle, a receipt, a ticket. Who may not read a file is shown no names, and finds nothing by them. */
  'register.search': { agent: 'all', supervisor: 'all', administrator: 'all', auditor: 'all' },
  /** See all that is known of a vehicle, its owner's name among it. Each time is kept in the audit log. */
  'register.read_file': { agent: 'all', supervisor: 'all', administrator: 'all' },
  /** Write a note about a vehicle. */
  'register.annotate': { agent: 'all', supervisor: 'all' },
  /** See photographs of documents that others sent. Each time is kept in the audit log. */
  'document.read_any': { agent: 'all', supervisor: 'all' },
  /** Say whose a vehicle is that two people want. Never of one's own (`claimRefusal`). */
  'claim.decide': { agent: 'all', supervisor: 'all' },
  /** Look at doubtful documents, whatever office the citizen lives near, and decide of them. Never of one's own. */
  'document.review': { agent: 'all', supervisor: 'all' },
  /** See reports, and fetch their files. */
  'report.read': { supervisor: 'all', administrator: 'all', auditor: 'all' },
  /** Have one made: it changes nothing of what it tells of, so auditors may. */
  'report.make': { supervisor: 'all', administrator: 'all', auditor: 'all' },
  /** Give one up that is being made. */
  'report.cancel': { supervisor: 'own', administrator: 'all', auditor: 'own' },
  /** See the list of refunds. */
  'refund.read': { agent: 'all', supervisor: 'all', administrator: 'all', auditor: 'all' },
  /** Look for a payment that can be paid back, and propose it. */
  'refund.propose': { agent: 'all', supervisor: 'all' },
  /** Take a proposal back. */
  'refund.withdraw': { agent: 'own', supervisor: 'own' },
  /** Approve or refuse what somebody else proposed, or says to have paid by hand. */
  'refund.decide': { supervisor: 'all' },
  /** Say that a refund was paid by hand, or have the provider asked once more. */
  'refund.settle': { agent: 'all', supervisor: 'all' },
  /** See providers' statements and in what they differ from our books. */
  'reconciliation.read': { supervisor: 'all', administrator: 'all', auditor: 'all' },
  /** Bring a provider's statement. */
  'reconciliation.import': { supervisor: 'all', administrator: 'all' },
  /** Explain a difference, or propose a posting that corrects it. */
  'reconciliation.settle': { supervisor: 'all', administrator: 'all' },
  /** Approve or refuse the posting that somebody else proposed. */
  'reconciliation.approve': { supervisor: 'all', administrator: 'all' },
  /** Have a cash drawer: open it, take and give cash, count it, hand it over. */
  'till.use': { agent: 'office', supervisor: 'office' },
  /** See tills: what is in them, how they were closed. */
  'till.read': { agent: 'own', supervisor: 'office', administrator: 'all', auditor: 'all' },
  /** Take note of what was too much or too little in somebody's till. Administrators: where the one supervisor counted it themselves. */
  'till.note': { supervisor: 'office', administrator: 'all' },
  /** Count and close the till of somebody who is not there. Never one's own. */
  'till.close_absent': { supervisor: 'office' },
  /** Propose that cash goes back: of the office that took it alone. */
  'cash.reverse': { agent: 'office', supervisor: 'office' },
  /** Approve or refuse that. */
  'cash.decide': { supervisor: 'office' },
  /** Print a receipt for cash of the office. */
  'cash.print': { agent: 'office', supervisor: 'office' },
  /** See alarms: those of the platform, and those of the offices in reach (`alarms/scope.ts`). */
  'alarm.read': { supervisor: 'office', administrator: 'all', auditor: 'all' },
  /** Say that one looks after an alarm. */
  'alarm.acknowledge': { supervisor: 'office', administrator: 'all' },
  /** Set the rules of alarms. */
  'alarm.manage': { administrator: 'all' },
  /** See what looks wrong, whom it is about among it. */
  'anomaly.read': { supervisor: 'office', administrator: 'all', auditor: 'all' },
  /** Say what it was. Never of what is about oneself. */
  'anomaly.settle': { supervisor: 'office', administrator: 'all' },
};

/** How far the action reaches for a role; undefined: it is not theirs. */
export const scopeFor = ({ role }: Pick<Actor, 'role'>, action: Action): Scope | undefined => POLICY[action][role];

/** Who does it. A session's viewer is one. */
export interface Actor {
  userId: string;
  role: Role;
  officeId: string | null;
}

/** What it is done to, as far as the scopes ask. */
export interface Resource {
  ownerId?: string | null;
  officeId?: string | null;
}

const REACHES: Readonly<Record<Scope, (actor: Actor, resource: Resource) => boolean>> = {
  own: (actor, { ownerId }) => ownerId === actor.userId,
  office: (actor, { ownerId, officeId }) => ownerId === actor.userId || (actor.officeId !== null && officeId === actor.officeId),
  all: () => true,
};

/**
 * Whether somebody may do something: to a thing, when one is given; else whether there can be a thing that they may do it to, which is
 * enough to show a page and never enough to change something whose scope is narrower than `all`.
 */
export function can(actor: Actor, action: Action, resource?: Resource): boolean {
  const scope = scopeFor(actor, action);
  return scope !== undefined && (resource === undefined || REACHES[scope](actor, resource));
}
