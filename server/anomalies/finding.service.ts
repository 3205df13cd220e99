import { insertAnomalies, knownAnomalies, type NewAnomaly } from '#db/anomalies.repository.ts';
import {
  agentFigures,
  officeTimes,
  paidForLikeVehicles,
  receiptsOf,
  reversedReceipts,
  scansOfRecentlyTold,
  takingsOfHour,
} from '#db/anomaly-evidence.repository.ts';
import type { Db } from '#db/connect.ts';
import { appendOutboxRows } from '#db/outbox.repository.ts';
import { ANOMALY_KINDS } from '#shared/contracts/anomalies.ts';
import { paidTwice } from '#shared/domain/anomalies/paid-twice.ts';
import { outOfLine, REVERSAL_DAYS } from '#shared/domain/anomalies/reversals.ts';
import { firstFarApart, OLDEST_SCAN_MS, SCAN_WINDOW_MS } from '#shared/domain/anomalies/scans.ts';
import { COMPARED_DAYS, lastHour, silentHour } from '#shared/domain/anomalies/silent-hours.ts';
import { addDays, civilDate, instantOf } from '#shared/domain/dates.ts';
import { daysFrom } from '#shared/domain/tickets/slots.ts';
import type { OutboxNotifier } from '#shared/node/outbox-notifier.ts';
import { anomalyEntry } from './anomaly-events.ts';

export interface FindingDeps {
  db: Db;
  notifier: OutboxNotifier;
  clock: () => Date;
  timeZone: string;
}

export interface FindingService {
  /** Looks for what looks wrong since it looked last; answers how much was new. May run anywhere, at once and again. */
  find(): Promise<number>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What a process looks back at first: what happened while none looked. */
const FIRST_LOOK_MS = 2 * DAY_MS;
/** A transaction that began earlier may commit later. */
const OVERLAP_MS = 10 * 60_000;
const EVERY_MS = 20_000;
/** Agents are compared with each other over a month: once an hour is enough. */
const AGENTS_EVERY_MS = HOUR_MS;
const RECEIPTS_SHOWN = 20;

export function createFindingService({ db, notifier, clock, timeZone }: FindingDeps): FindingService {
  let [lookedAt, agentsAt] = [-Infinity, -Infinity];

  /** One receipt that was shown where one car cannot have been: a copy. Told once a receipt. */
  async function farScans(after: Date, now: Date): Promise<NewAnomaly[]> {
    // A page that was without a network tells days later of what it saw then.
    const scans = await scansOfRecentlyTold(db, after, new Date(now.getTime() - OLDEST_SCAN_MS - SCAN_WINDOW_MS));
    const byReceipt = new Map<string, typeof scans>();
    for (const scan of scans) byReceipt.set(scan.reference, [...(byReceipt.get(scan.reference) ?? []), scan]);
    const pairs = [...byReceipt].flatMap(([reference, shown]) => {
      const far = firstFarApart(shown.map(({ id, place, scannedAt }) => ({ id, place, at: scannedAt.getTime() })));
      return far ? [{ reference, far }] : [];
    });
    const receipts = await receiptsOf(
      db,
      pairs.map(({ reference }) => reference),
    );
    return pairs.flatMap(({ reference, far: { first, second, km, minutes } }): NewAnomaly[] => {
      const receipt = receipts.get(reference);
      const where = ({ place, at }: typeof first) => ({ place, at: new Date(at).toISOString() });
      const evidence = receipt && { receipt, first: where(first), second: where(second), km, minutes };
      return evidence ? [{ kind: 'scanned_far_apart', key: reference, officeId: null, agentId: null, evidence }] : [];
    });
  }

  async function twicePaid(after: Date): Promise<NewAnomaly[]> {
    const pairs = paidTwice(await paidForLikeVehicles(db, after));
    return pairs.map(([one, other]): NewAnomaly => {
      const receipts = [one, other].map(({ reference, paymentId, plate, country }) => ({ reference, paymentId, plate, country }));
      return {
        ...{ kind: 'paid_twice', key: `${one.vehicleId}:${other.vehicleId}:${one.fiscalYear}`, officeId: null, agentId: null },
        evidence: { vin: one.vin === other.vin ? one.vin : null, fiscalYear: one.fiscalYear, receipts },
      };
    });
  }

  /** Each agent once a month. */
  async function reversals(now: Date): Promise<NewAnomaly[]> {
    const since = new Date(now.getTime() - REVERSAL_DAYS * DAY_MS);
    const figures = await agentFigures(db, since);
    const month = civilDate(now, timeZone).slice(0, 7);
    return Promise.all(
      outOfLine(figures).map(async ({ agentId, rate, median, peers }): Promise<NewAnomaly> => {
        const own = figures.find((one) => one.agentId === agentId);
        const receipts = await reversedReceipts(db, agentId, since, RECEIPTS_SHOWN);
        return {
          ...{ kind: 'reversals_out_of_line', key: `${agentId}:${month}`, officeId: own?.officeId ?? null, agentId },
          evidence: {
            ...{
              agentId,
              count: own?.reversals ?? 0,
              takings: own?.takings ?? 0,
              rate: Math.round(rate),
              median: Math.round(median),
            },
            ...{ peers, days: REVERSAL_DAYS, receipts },
          },
        };
      }),
    );
  }

  async function silentHours(now: Date): Promise<NewAnomaly[]> {
    const last = lastHour(now, timeZone);
    const first = addDays(last.day, -COMPARED_DAYS);
    const [offices, takings] = await Promise.all([
      officeTimes(db),
      takingsOfHour(db, { hour: last.hour, from: instantOf(first, '00:00:00', timeZone), to: last.to, timeZone }),
    ]);
    return offices.flatMap(({ officeId, ...office }): NewAnomaly[] => {
      const counts = new Map(takings.filter((one) => one.officeId === officeId).map(({ day, count }) => [day, count]));
      const usual = silentHour(office, last, counts, daysFrom(first, COMPARED_DAYS));
      if (usual === null) return [];
      const from = last.from.toISOString();
      const evidence = { from, to: last.to.toISOString(), usual };
      return [{ kind: 'silent_hour', key: `${officeId}:${from}`, officeId, agentId: null, evidence }];
    });
  }

  async function keep(list: readonly NewAnomaly[], at: Date): Promise<number> {
    // Mostly all is known: nothing is written then.
    const known = await Promise.all(
      ANOMALY_KINDS.map(async (kind) => {
        const group = list.filter((one) => one.kind === kind);
        const keys = await knownAnomalies(
          db,
          kind,
          group.map(({ key }) => key),
        );
        return group.filter(({ key }) => !keys.has(key));
      }),
    );
    const fresh = known.flat();
    if (fresh.length === 0) return 0;
    const made = await db.transaction(async (tx) => {
      const rows = await insertAnomalies(tx, fresh, at);
      await appendOutboxRows(
        tx,
        rows.map((row) => anomalyEntry('anomaly.found', row)),
      );
      return rows.length;
    });
    if (made > 0) notifier.wake();
    return made;
  }

  return {
    async find() {
      const now = clock();
      if (now.getTime() - lookedAt < EVERY_MS) return 0;
      const after = new Date(lookedAt === -Infinity ? now.getTime() - FIRST_LOOK_MS : lookedAt - OVERLAP_MS);
      const agentsDue = now.getTime() - agentsAt >= AGENTS_EVERY_MS;
      const made = await keep(
        [
          ...(await farScans(after, now)),
          ...(await twicePaid(after)),
          ...(await silentHours(now)),
          ...(agentsDue ? await reversals(now) : []),
        ],
        now,
      );
      // After all of it: what failed is looked at again.
      lookedAt = now.getTime();
      if (agentsDue) agentsAt = lookedAt;
      return made;
    },
  };
}
