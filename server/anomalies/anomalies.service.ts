import { findAnomalyView, listAnomalies, lockAnomaly, settleAnomaly } from '#db/anomalies.repository.ts';
import { keepScans } from '#db/anomaly-evidence.repository.ts';
import { appendAudit } from '#db/audit.repository.ts';
import type { Db } from '#db/connect.ts';
import { appendOutboxRows } from '#db/outbox.repository.ts';
import { asSystem } from '#db/scope.ts';
import type { z } from 'zod';
import type { AnomalyFilter, AnomalyPage, AnomalyView, ReceiptScan, SettleAnomaly } from '#shared/contracts/anomalies.ts';
import { AppError } from '#shared/contracts/errors.ts';
import { mayOf, reachOf } from '#shared/domain/alarms/scope.ts';
import { OLDEST_SCAN_MS } from '#shared/domain/anomalies/scans.ts';
import { placeOf } from '#shared/domain/anomalies/places.ts';
import type { Actor } from '#shared/domain/policy.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { anomalyEntry } from './anomaly-events.ts';

export interface AnomaliesDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
}

export interface AnomaliesService {
  /** Says what it was, once. @throws AppError ANOMALY_NOT_FOUND, ANOMALY_SETTLED, ANOMALY_OWN (is about this person), FORBIDDEN */
  settle(actor: Actor, input: z.output<typeof SettleAnomaly>): Promise<AnomalyView>;
  list(actor: Actor, filter: AnomalyFilter): Promise<AnomalyPage>;
  /** Keeps where receipts were checked; answers how many of them. Too old, of the future, of no place or receipt of ours: left out. */
  report(scans: readonly ReceiptScan[]): Promise<number>;
}

/** A telephone's clock may be ahead of ours by so much. Milliseconds. */
const AHEAD_MS = 5 * 60_000;

export function createAnomaliesService({ db, notifier, clock }: AnomaliesDeps): AnomaliesService {
  return {
    async settle(actor, { anomalyId, as, note }) {
      const view = await db.transaction(async (tx) => {
        const anomaly = await lockAnomaly(tx, anomalyId);
        if (!anomaly || !mayOf(actor, 'anomaly.read', anomaly.officeId)) throw new AppError('ANOMALY_NOT_FOUND');
        if (!mayOf(actor, 'anomaly.settle', anomaly.officeId)) throw new AppError('FORBIDDEN');
        if (anomaly.agentId === actor.userId) throw new AppError('ANOMALY_OWN');
        if (anomaly.state !== 'open') throw new AppError('ANOMALY_SETTLED');
        await settleAnomaly(tx, anomalyId, { state: as, settledBy: actor.userId, settledAt: clock(), note });
        await appendAudit(tx, {
          ...{ actorId: actor.userId, action: `anomaly.${as}`, entity: 'anomaly', entityId: anomalyId },
          details: { kind: anomaly.kind },
        });
        await appendOutboxRows(tx, [anomalyEntry('anomaly.settled', anomaly)]);
        const settled = await findAnomalyView(tx, anomalyId);
        if (!settled) throw new Error(`no anomaly ${anomalyId}`);
        return settled;
      });
      notifier.wake();
      return view;
    },

    list: (actor, filter) => listAnomalies(db, filter, reachOf(actor, 'anomaly.read')),

    report(scans) {
      const now = clock().getTime();
      const good = scans.filter(({ place, scannedAt }) => {
        const at = Date.parse(scannedAt);
        return placeOf(place) !== null && at >= now - OLDEST_SCAN_MS && at <= now + AHEAD_MS;
      });
      return good.length === 0 ? Promise.resolve(0) : asSystem(db, () => keepScans(db, good, clock()));
    },
  };
}
