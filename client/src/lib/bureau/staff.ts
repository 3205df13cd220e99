import type { Me, Role } from '#shared/contracts/identity.ts';
import { can, type Action, type Actor } from '#shared/domain/policy.ts';

/** The signed-in person as the policy sees them. */
export const actorOf = (me: Me): Actor => ({ userId: me.userId, role: me.role, officeId: me.office?.id ?? null });

/** Whether the staff's pages are this person's; the server decides again, page by page. */
export const isStaff = (me: Pick<Me, 'role'>): boolean => STAFF.has(me.role);
const STAFF = new Set<Role>(['agent', 'supervisor', 'administrator', 'auditor']);

/** A page of the staff: its address, its words in the catalogue (`bureau.pages`), and who has it in their menu. */
export interface BureauPage {
  href: `/bureau/${string}`;
  name:
    | 'alarms'
    | 'anomalies'
    | 'centre'
    | 'counter'
    | 'dashboard'
    | 'documents'
    | 'reconciliation'
    | 'refunds'
    | 'reports'
    | 'tills';
  action: Action;
}

const PAGES: readonly BureauPage[] = [
  { href: '/bureau/tableau', name: 'dashboard', action: 'dashboard.read' },
  { href: '/bureau/guichet', name: 'counter', action: 'ticket.serve' },
  { href: '/bureau/documents', name: 'documents', action: 'document.review' },
  { href: '/bureau/caisses', name: 'tills', action: 'till.note' },
  { href: '/bureau/remboursements', name: 'refunds', action: 'refund.read' },
  { href: '/bureau/alarmes', name: 'alarms', action: 'alarm.read' },
  { href: '/bureau/anomalies', name: 'anomalies', action: 'anomaly.read' },
  { href: '/bureau/centre', name: 'centre', action: 'office.manage' },
  { href: '/bureau/rapports', name: 'reports', action: 'report.read' },
  { href: '/bureau/rapprochement', name: 'reconciliation', action: 'reconciliation.read' },
];

/** The pages that a person has. */
export const pagesOf = (me: Me): readonly BureauPage[] => PAGES.filter(({ action }) => can(actorOf(me), action));
