import { z } from 'zod';

/** Entities are identified by uuid; ids are opaque to clients. */
export const Id = z.uuid();
export type Id = z.infer<typeof Id>;

/** An instant as ISO 8601 with a zone; always UTC on the wire. */
export const Instant = z.iso.datetime({ offset: true });
export type Instant = z.infer<typeof Instant>;
