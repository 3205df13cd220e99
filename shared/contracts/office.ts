import { z } from 'zod';
import { Id } from './ids.ts';
import { OfficeService } from './tickets.ts';

const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
/** A stretch of a weekday (1 Monday to 7 Sunday) on which an office is open. */
export const OpeningStretch = z
  .object({ weekday: z.number().int().min(1).max(7), opens: Time, closes: Time })
  .refine(({ opens, closes }) => opens < closes, { path: ['closes'] });

const minutes = z
  .number()
  .int()
  .min(0)
  .max(24 * 60);
/** Who goes first, in minutes of a head start (domain/tickets/rank.ts). */
export const QueueRulesInput = z.object({
  headStartMinutes: z.object({ elderly: minutes, pregnant: minutes, disabled: minutes }),
  appointmentHeadStartMinutes: minutes,
  appointmentGraceMinutes: minutes,
});

const Message = z.object({ fr: z.string().trim().min(1).max(160), en: z.string().trim().min(1).max(160) });

/** What the supervisor of an office sees of it and may change. */
export const OfficeSettings = z.object({
  officeId: Id,
  code: z.string(),
  name: z.string(),
  services: z.array(OfficeService.extend({ open: z.boolean() })),
  message: Message.nullable(),
  rules: QueueRulesInput,
  hours: z.array(z.object({ weekday: z.number().int(), opens: z.string(), closes: z.string() })),
  /** From today on. */
  closedDays: z.array(z.iso.date()),
});
export type OfficeSettings = z.infer<typeof OfficeSettings>;

export const OfficeRef = z.object({ officeId: Id });

/** One change of an office. */
export const SetOffice = z.object({
  officeId: Id,
  change: z.discriminatedUnion('what', [
    z.object({ what: z.literal('message'), message: Message.nullable() }),
    z.object({ what: z.literal('rules'), rules: QueueRulesInput }),
    z.object({ what: z.literal('hours'), hours: z.array(OpeningStretch).max(28) }),
    z.object({ what: z.literal('closed-day'), day: z.iso.date(), closed: z.boolean() }),
    z.object({ what: z.literal('service'), serviceId: Id, open: z.boolean(), usualMinutes: z.number().int().min(1).max(480) }),
  ]),
});
export type SetOffice = z.infer<typeof SetOffice>;
